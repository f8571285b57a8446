"""What the AWS-compatible interfaces share."""
