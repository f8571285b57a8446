"""Native OpenStack Orchestration API v1."""
