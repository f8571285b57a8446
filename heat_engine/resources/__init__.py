"""How one thing is made: the resource types."""
