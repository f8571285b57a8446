"""Meaning of templates. Pure: no clock, configuration, log or I/O."""
