"""From HTTP to arguments of the engine: one module a noun."""
