"""Watching events: streams to clients, and the one feed that fills them."""
