"""``make run``: everything on one machine from nothing, and a stack to look at."""
