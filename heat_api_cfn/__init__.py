"""AWS CloudFormation query API and guest callbacks."""
