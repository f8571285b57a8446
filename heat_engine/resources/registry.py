"""All resource types by name."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points

from common import errors
from heat_engine.language.schema import TypeInterface
from heat_engine.resources.aws import security_group as aws_security_group
from heat_engine.resources.aws import volume as aws_volume
from heat_engine.resources.aws import vpc
from heat_engine.resources.aws.bucket import Bucket
from heat_engine.resources.aws.elastic_ip import ElasticIP, ElasticIPAssociation
from heat_engine.resources.aws.iam import AccessKey, User
from heat_engine.resources.aws.instance import Instance, ScaledResource
from heat_engine.resources.aws.launch_configuration import LaunchConfiguration
from heat_engine.resources.aws.stack import CloudFormationStack
from heat_engine.resources.aws.wait_condition import AWSWaitCondition
from heat_engine.resources.aws.wait_condition_handle import (
    AWSWaitConditionHandle,
    UpdateWaitConditionHandle,
)
from heat_engine.resources.heat.access_policy import AccessPolicy
from heat_engine.resources.heat.cloud_config import CloudConfig
from heat_engine.resources.heat.delay import Delay
from heat_engine.resources.heat.deployed_server import DeployedServer
from heat_engine.resources.heat.instance_group import InstanceGroup
from heat_engine.resources.heat.multipart_mime import MultipartMime
from heat_engine.resources.heat.placeholder import Placeholder
from heat_engine.resources.heat.random_string import RandomString
from heat_engine.resources.heat.resource_chain import ResourceChain
from heat_engine.resources.heat.resource_group import ResourceGroup
from heat_engine.resources.heat.software_component import SoftwareComponent
from heat_engine.resources.heat.software_config import SoftwareConfig, StructuredConfig
from heat_engine.resources.heat.software_deployment import SoftwareDeployment
from heat_engine.resources.heat.software_deployment_group import (
    SoftwareDeploymentGroup,
    SoftwareDeployments,
    StructuredDeploymentGroup,
    StructuredDeployments,
)
from heat_engine.resources.heat.stack import Stack
from heat_engine.resources.heat.structured_deployment import StructuredDeployment
from heat_engine.resources.heat.swift_signal import SwiftSignal, SwiftSignalHandle
from heat_engine.resources.heat.test_resource import TestResource
from heat_engine.resources.heat.value import Value
from heat_engine.resources.heat.wait_condition import WaitCondition
from heat_engine.resources.heat.wait_condition_handle import WaitConditionHandle
from heat_engine.resources.openstack.container import Container
from heat_engine.resources.openstack.flavor import Flavor, ServerGroup
from heat_engine.resources.openstack.floating_ip import FloatingIP, FloatingIPAssociation
from heat_engine.resources.openstack.key_pair import KeyPair
from heat_engine.resources.openstack.network import Net, Subnet
from heat_engine.resources.openstack.port import Port
from heat_engine.resources.openstack.router import Router, RouterGateway, RouterInterface
from heat_engine.resources.openstack.security_group import SecurityGroup
from heat_engine.resources.openstack.security_group_rule import SecurityGroupRule
from heat_engine.resources.openstack.server import Server
from heat_engine.resources.openstack.volume import Volume
from heat_engine.resources.openstack.volume_attachment import VolumeAttachment
from heat_engine.resources.protocol import ResourceType

ENTRY_POINTS = "hearth.resource_types"
BUILT_IN: tuple[type[ResourceType], ...] = (
    AWSWaitCondition,
    AWSWaitConditionHandle,
    AccessKey,
    AccessPolicy,
    Bucket,
    CloudConfig,
    CloudFormationStack,
    Container,
    Delay,
    DeployedServer,
    ElasticIP,
    ElasticIPAssociation,
    Flavor,
    FloatingIP,
    FloatingIPAssociation,
    Instance,
    InstanceGroup,
    KeyPair,
    LaunchConfiguration,
    MultipartMime,
    Net,
    Placeholder,
    Port,
    RandomString,
    ResourceChain,
    ResourceGroup,
    Router,
    RouterGateway,
    RouterInterface,
    ScaledResource,
    SecurityGroup,
    SecurityGroupRule,
    Server,
    ServerGroup,
    SoftwareComponent,
    SoftwareConfig,
    SoftwareDeployment,
    SoftwareDeploymentGroup,
    SoftwareDeployments,
    StructuredConfig,
    StructuredDeployment,
    StructuredDeploymentGroup,
    StructuredDeployments,
    Stack,
    Subnet,
    SwiftSignal,
    SwiftSignalHandle,
    TestResource,
    UpdateWaitConditionHandle,
    User,
    Value,
    Volume,
    VolumeAttachment,
    WaitCondition,
    WaitConditionHandle,
    aws_security_group.SecurityGroup,
    aws_volume.Volume,
    aws_volume.VolumeAttachment,
    vpc.InternetGateway,
    vpc.NetworkInterface,
    vpc.RouteTable,
    vpc.Subnet,
    vpc.SubnetRouteTableAssociation,
    vpc.VPC,
    vpc.VPCGatewayAttachment,
)


class Registry:
    """The known types. Each is one object without state, shared by all threads.

    handles: the names of those that are handles of wait conditions.
    """

    def __init__(self, types: Iterable[type[ResourceType]]) -> None:
        self._types = {cls.name: cls() for cls in types}
        self._interfaces = {name: kind.interface() for name, kind in self._types.items()}
        self.handles = tuple(name for name in self.names() if self._types[name].is_handle)

    @classmethod
    def default(cls) -> Registry:
        """The built-in types, and those that installed packages offer as entry points."""
        extensions = (point.load() for point in entry_points(group=ENTRY_POINTS))
        return cls((*BUILT_IN, *extensions))

    def get(self, type_name: str) -> ResourceType:
        """Raises EntityNotFound."""
        kind = self._types.get(type_name)
        if kind is None:
            raise errors.EntityNotFound(entity="Resource Type", name=type_name)
        return kind

    def interface(self, type_name: str) -> TypeInterface | None:
        return self._interfaces.get(type_name)

    def names(self) -> list[str]:
        """All names, hidden types included, in order."""
        return sorted(self._types)
