"""Filters that find out who asks, one module a way."""
