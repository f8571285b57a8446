"""AWS CloudWatch API."""
