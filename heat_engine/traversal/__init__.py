"""Who runs a traversal, and when."""
