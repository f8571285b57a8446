"""The engine: owns stacks, resources, signals and their data."""
