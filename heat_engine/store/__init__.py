"""Rows: the only package that imports sqlalchemy."""
