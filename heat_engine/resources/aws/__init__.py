"""Types named as CloudFormation names them: AWS::*."""
