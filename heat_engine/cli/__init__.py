"""How the engine's programs start."""
