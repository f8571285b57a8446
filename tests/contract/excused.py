"""Properties that are accepted and have no effect, and why that is right."""

from __future__ import annotations

from collections.abc import Mapping

# Types that are made with the scaling and alarms of the other APIs.
ELSEWHERE = frozenset(
    {
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::AutoScaling::ScalingPolicy",
        "AWS::CloudWatch::Alarm",
        "AWS::ElasticLoadBalancing::LoadBalancer",
        "OS::Heat::AutoScalingGroup",
        "OS::Heat::HARestarter",
        "OS::Heat::ScalingPolicy",
    }
)
PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "AWS::EC2::EIP": {"Domain": "Deprecated; every address is one for VPCs."},
    "AWS::EC2::SecurityGroup": {
        "VpcId": "A group is good in all networks, in public too; the reference orders the stack."
    },
    "AWS::EC2::VPC": {"CidrBlock": "Subnets have ranges of their own; nothing in public uses it."},
    "AWS::IAM::User": {
        "Groups": "There are no groups, nor are there in public.",
        "Path": "Users are found by their names, as in public.",
    },
    "OS::Heat::DeployedServer": {
        "metadata": "Ignored in public too; a template's `metadata` section is not.",
    },
    "OS::Heat::InstanceGroup": {
        "AvailabilityZones": "Ignored in public too: the cloud chooses where instances are made."
    },
    "OS::Heat::RandomString": {"salt": "A change of it makes a new string: that is all it does."},
    "OS::Heat::TestResource": {
        "attr_wait_secs": "Would hold a thread of the API as long as a template says.",
        "constraint_prop_secs": "Would hold a thread of the API as long as a template says.",
        "update_replace_value": "A change of it makes a new resource: that is all it does.",
    },
}
