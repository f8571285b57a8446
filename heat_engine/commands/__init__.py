"""Use cases: what a user intends; each owns its transaction."""
