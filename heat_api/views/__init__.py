"""From the engine's raw documents to those of the API: one module a noun."""
