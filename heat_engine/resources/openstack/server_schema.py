"""Properties and attributes of OS::Nova::Server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.language.schema import (
    Attribute,
    Constraint,
    Kind,
    Property,
    between,
    custom,
    length,
    one_of,
)
from heat_engine.resources.openstack.network import TAGS
from heat_engine.resources.openstack.port import EXTRA_PROPERTIES


def _text(what: str, *constraints: Constraint, **fields: Any) -> Property:
    return Property(Kind.STRING, what, constraints=constraints, **fields)


def _choice(what: str, default: str, *others: str) -> Property:
    return _text(what, one_of(default, *others), default=default, updatable=True)


def _number(what: str, *constraints: Constraint) -> Property:
    return Property(Kind.INTEGER, what, constraints=constraints)


BLOCK_DEVICES = Property(
    Kind.MAP,
    schema={
        "device_name": _text("Name of the device in the server.", required=True),
        "volume_id": _text("Volume to attach.", custom("cinder.volume")),
        "snapshot_id": _text("Snapshot to make a volume from.", custom("cinder.snapshot")),
        "volume_size": _number("Size of the volume in gigabytes."),
        "delete_on_termination": Property(
            Kind.BOOLEAN, "Whether the volume is deleted with the server."
        ),
    },
)
BLOCK_DEVICES_V2 = Property(
    Kind.MAP,
    schema={
        "device_name": _text("Name of the device in the server."),
        "volume_id": _text("Volume to attach.", custom("cinder.volume")),
        "image_id": _text('Old name of "image".', custom("glance.image"), hidden=True),
        "image": _text("Image to make a volume from.", custom("glance.image")),
        "snapshot_id": _text("Snapshot to make a volume from.", custom("cinder.snapshot")),
        "swap_size": _number("Size of the swap space in megabytes."),
        "ephemeral_size": _number("Size of a local disk in gigabytes.", between(1)),
        "ephemeral_format": _text(
            "File system of the local disk.", one_of("ext2", "ext3", "ext4", "xfs", "ntfs")
        ),
        "device_type": _text("Kind of device.", one_of("cdrom", "disk")),
        "disk_bus": _text(
            "Bus of the device.", one_of("ide", "lame_bus", "sata", "scsi", "usb", "virtio")
        ),
        "boot_index": _number("Order in which to try to boot from it."),
        "volume_size": _number("Size of the volume in gigabytes."),
        "volume_type": _text("Type of the volume.", custom("cinder.vtype")),
        "delete_on_termination": Property(
            Kind.BOOLEAN, "Whether the volume is deleted with the server."
        ),
    },
)
NETWORKS = Property(
    Kind.MAP,
    schema={
        "uuid": _text('Old name of "network".', custom("neutron.network"), hidden=True),
        "network": _text("Network to be connected to.", custom("neutron.network")),
        "allocate_network": _text(
            "Whether the cloud chooses the network.", one_of("none", "auto"), updatable=True
        ),
        "fixed_ip": _text("Wanted address in the network.", custom("ip_addr")),
        "port": _text("Port to be connected to.", custom("neutron.port")),
        "port_extra_properties": Property(
            Kind.MAP,
            "Further properties of the port that is made for the server.",
            updatable=True,
            schema=EXTRA_PROPERTIES,
        ),
        "subnet": _text("Subnet of the network to have an address of."),
        "floating_ip": _text("Floating address to lead to this port."),
        "tag": _text("Tag by which the server knows the connection."),
    },
)
PROPERTIES: Mapping[str, Property] = {
    "name": _text("Name of the server.", updatable=True),
    "image": _text("Image to boot, by id or name.", custom("glance.image"), updatable=True),
    "block_device_mapping": Property(Kind.LIST, "Volumes of the server.", schema=BLOCK_DEVICES),
    "block_device_mapping_v2": Property(
        Kind.LIST, "Block devices of the server.", schema=BLOCK_DEVICES_V2
    ),
    "flavor": _text(
        "Flavor of the server, by id or name.",
        custom("nova.flavor"),
        required=True,
        updatable=True,
    ),
    "flavor_update_policy": _choice("What a change of the flavor does.", "RESIZE", "REPLACE"),
    "image_update_policy": _choice(
        "What a change of the image does.", "REBUILD", "REPLACE", "REBUILD_PRESERVE_EPHEMERAL"
    ),
    "key_name": _text("Key pair for access.", custom("nova.keypair")),
    "admin_user": _text("Has no effect any more.", hidden=True),
    "availability_zone": _text("Availability zone of the server."),
    "security_groups": Property(Kind.LIST, "Security groups, by id or name.", default=[]),
    "networks": Property(
        Kind.LIST, "Networks of the server, in order.", updatable=True, schema=NETWORKS
    ),
    "scheduler_hints": Property(Kind.MAP, "Hints for the choice of the host."),
    "metadata": Property(
        Kind.MAP, "Names and values to keep with the server.", default={}, updatable=True
    ),
    "user_data_format": _text(
        "How the user data reaches the server.",
        one_of("HEAT_CFNTOOLS", "RAW", "SOFTWARE_CONFIG"),
        default="HEAT_CFNTOOLS",
    ),
    "user_data_update_policy": _choice(
        "What a change of the user data does.", "REPLACE", "IGNORE", "REBUILD"
    ),
    "software_config_transport": _choice(
        "How the server learns of its software configuration.",
        "POLL_SERVER_CFN",
        "POLL_SERVER_HEAT",
        "POLL_TEMP_URL",
        "ZAQAR_MESSAGE",
    ),
    "user_data": _text("Script or data for the first boot.", default="", updatable=True),
    "reservation_id": _text("Reservation to use."),
    "config_drive": Property(Kind.BOOLEAN, "Whether metadata is offered on a drive."),
    "diskConfig": _text("How the disk is partitioned.", one_of("AUTO", "MANUAL")),
    "personality": Property(Kind.MAP, "Files of the server: path to contents.", default={}),
    "admin_pass": _text("Password of the server's administrator.", updatable=True),
    "tags": TAGS,
    "deployment_swift_data": Property(
        Kind.MAP,
        "Where an object store keeps the software configuration.",
        default={},
        updatable=True,
        schema={
            "container": _text("Name of the container.", length(1)),
            "object": _text("Name of the object.", length(1)),
        },
    ),
}
ATTRIBUTES: Mapping[str, Attribute] = {
    "name": Attribute("Name of the server."),
    "addresses": Attribute(
        "Addresses by network (name and id), each with its port, network and subnets.", Kind.MAP
    ),
    "networks": Attribute("Addresses by network (name and id), as lists of text.", Kind.MAP),
    "first_address": Attribute("Old form: the first address.", hidden=True),
    "instance_name": Attribute("Name of the server at its host."),
    "accessIPv4": Attribute("The address meant for access by IPv4."),
    "accessIPv6": Attribute("The address meant for access by IPv6."),
    "console_urls": Attribute("URLs of the server's consoles by kind.", Kind.MAP, live=True),
    "os_collect_config": Attribute("What os-collect-config reads.", Kind.MAP, live=True),
    "tags": Attribute("Tags of the server.", Kind.LIST),
}
