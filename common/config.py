"""The configuration options of all processes, and how a process reads them.

Names are those of OpenStack Heat where it has the option, so that an existing heat.conf is
understood. ``list_opts`` is what the sample file is made from.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from oslo_config import cfg
from oslo_log import log

PROJECT = "heat"
PORTS = {"heat_api": 8004, "heat_api_cfn": 8000, "heat_api_cloudwatch": 8003}
Group = tuple[str | None, Sequence[cfg.Opt]]

LIMIT_OPTS = [
    cfg.IntOpt(
        "max_template_size", default=524288, min=1, help="Largest template, in bytes of text."
    ),
    cfg.IntOpt(
        "max_resources_per_stack",
        default=1000,
        min=-1,
        help="Resources that a stack and its nested stacks may have in all; -1 is off.",
    ),
    cfg.IntOpt(
        "max_stacks_per_tenant",
        default=512,
        min=-1,
        help="Stacks that a project may have at a time; -1 is off.",
    ),
    cfg.ListOpt(
        "hidden_stack_tags",
        default=[],
        help="Stacks with one of these tags are listed only where hidden ones are asked for.",
    ),
    cfg.IntOpt("max_nested_stack_depth", default=5, min=0, help="How deep stacks may be nested."),
    cfg.IntOpt(
        "max_snapshots_per_stack",
        default=32,
        min=-1,
        help="Snapshots that a stack may have; -1 is off. Administrators are not bound by it.",
    ),
    cfg.BoolOpt(
        "enable_stack_abandon",
        default=False,
        help="Whether stacks may be exported, and abandoned, which leaves what they made alone.",
    ),
    cfg.BoolOpt(
        "enable_stack_adopt",
        default=False,
        help="Whether a stack may be made over resources that are there already.",
    ),
    cfg.IntOpt(
        "max_events_per_stack",
        default=1000,
        min=-1,
        help="Events kept of a stack, the latest; -1 keeps all.",
    ),
    cfg.IntOpt(
        "max_software_configs_per_tenant",
        default=4096,
        min=-1,
        help="Software configs that a project may have, those of its stacks too; -1 is off.",
    ),
    cfg.IntOpt(
        "max_software_deployments_per_tenant",
        default=4096,
        min=-1,
        help="Software deployments that a project may have, those of its stacks too; -1 is off.",
    ),
]

ENGINE_OPTS = [
    cfg.HostAddressOpt(
        "host",
        default=socket.gethostname(),
        sample_default="engine-1.example",
        help="Name of this machine, unique among the machines that run engines.",
    ),
    cfg.StrOpt(
        "state_path",
        default="/var/lib/heat",
        help="Directory of what a process keeps in files: the embedded cloud's servers and, with "
        "SQLite, the database.",
    ),
    cfg.IntOpt(
        "stack_action_timeout",
        default=3600,
        min=1,
        help="Seconds that a change of a stack may take when its request says nothing.",
    ),
    cfg.FloatOpt(
        "error_wait_time",
        default=240.0,
        min=0,
        help="Seconds that work on other resources may go on after one has failed.",
    ),
    cfg.IntOpt(
        "action_retry_limit",
        default=5,
        min=0,
        max=20,
        help="Times that a creation is begun anew whose thing went into ERROR or met a conflict.",
    ),
    cfg.BoolOpt(
        "observe_on_update",
        default=False,
        help="Look at the real things before an update, as its request's `converge` asks for.",
    ),
    cfg.IntOpt("num_engine_workers", default=4, min=1, help="Threads that advance stacks."),
    cfg.IntOpt("cloud_threads", default=32, min=1, help="Threads that wait for answers of clouds."),
    cfg.IntOpt("rpc_threads", default=16, min=1, help="Threads that answer calls of the APIs."),
    cfg.BoolOpt(
        "separate_processes",
        default=False,
        help="Whether heat-all runs the engine and each API in a process of its own; they need a "
        "RabbitMQ then.",
    ),
    cfg.FloatOpt(
        "lease_seconds",
        default=10.0,
        min=1.0,
        help="Seconds after which another engine takes over what a dead one was doing.",
    ),
    cfg.FloatOpt(
        "scan_interval",
        default=1.0,
        min=0.05,
        help="Seconds between looks for work whose hint was lost.",
    ),
    cfg.IntOpt(
        "periodic_interval",
        default=10,
        min=1,
        help="Seconds between an engine's reports that it is alive.",
    ),
    cfg.IntOpt(
        "purge_deleted_after",
        default=90 * 86400,
        min=-1,
        help="Seconds that a deleted stack is remembered; -1 is for ever.",
    ),
    cfg.FloatOpt(
        "purge_interval",
        default=600.0,
        min=1.0,
        help="Seconds between removals of what need not be remembered.",
    ),
    cfg.FloatOpt(
        "drain_seconds",
        default=10.0,
        min=0,
        help="Seconds that calls under way have to end when a process is told to stop.",
    ),
    cfg.StrOpt(
        "heat_waitcondition_server_url",
        default="http://127.0.0.1:8000/v1/waitcondition",
        help="URL of the CloudFormation API's wait conditions, as servers of stacks reach it.",
    ),
]

KEY_OPTS = [
    cfg.StrOpt(
        "auth_encryption_key",
        secret=True,
        help="Key that secrets in the database are encrypted with: 32 bytes in URL-safe base64, "
        "as `heat-manage new_key` prints them.",
    ),
    cfg.ListOpt(
        "auth_encryption_previous_keys",
        default=[],
        secret=True,
        help="Keys that older secrets may still be encrypted with, until "
        "`heat-manage rotate_keys` has rewritten them.",
    ),
    cfg.StrOpt(
        "auth_encryption_key_file",
        help="File of such keys, one a line, newest first, used when auth_encryption_key is "
        "not set.",
    ),
]

CLOUD_OPTS = [
    cfg.StrOpt(
        "backend",
        default="local",
        choices=["local", "openstack"],
        help="Where stacks make their things: local, the embedded cloud; openstack, the services "
        "of the catalog of the Keystone that [keystone_authtoken] names.",
    ),
]

CLIENTS_OPTS = [
    cfg.StrOpt("endpoint_type", default="publicURL", help="The endpoints of the catalog to use."),
    cfg.StrOpt("ca_file", help="File of the certificate authorities of the services."),
    cfg.BoolOpt("insecure", default=False, help="Whether to trust any certificate."),
]

DEFERRED_OPTS = [
    cfg.StrOpt(
        "deferred_auth_method",
        default="trusts",
        choices=["trusts", "password"],
        help="How stacks in a real cloud act for their makers when the token of the request has "
        "run out: by a trust, or with the password, which requests then bring in X-Auth-User and "
        "X-Auth-Key.",
    ),
    cfg.ListOpt(
        "trusts_delegated_roles",
        default=[],
        help="Roles that a trust hands on; none: all that its maker has in the project.",
    ),
    cfg.StrOpt(
        "stack_user_domain_id",
        help="Id of the Keystone domain that stacks' guests are users of. Without a domain the "
        "engine keeps its guests itself.",
    ),
    cfg.StrOpt(
        "stack_user_domain_name", help="Name of that domain, used when its id is not given."
    ),
    cfg.StrOpt("stack_domain_admin", help="User who administers that domain."),
    cfg.StrOpt("stack_domain_admin_password", secret=True, help="Password of that user."),
    cfg.StrOpt(
        "heat_stack_user_role",
        default="heat_stack_user",
        help="Role of guests; policy must know it by this name.",
    ),
    cfg.StrOpt(
        "region_name_for_services", help="Region of the services, unless a request names another."
    ),
]

DATABASE_OPTS = [
    cfg.StrOpt(
        "connection",
        secret=True,
        sample_default="postgresql+psycopg://heat:password@127.0.0.1/heat",
        help="URL of the database: sqlite:///file, postgresql+psycopg://... or "
        "mysql+pymysql://... (MariaDB). Default: SQLite in state_path.",
    ),
    cfg.IntOpt("max_pool_size", default=10, min=1, help="Connections kept open (MariaDB: twice)."),
]

PASTE_OPTS = [
    cfg.StrOpt(
        "flavor",
        choices=["keystone", "standalone", "custombackend", "noauth"],
        help="How callers are authenticated: keystone, or unset (which heat-all takes for "
        "custombackend), by Keystone tokens; standalone, by user and "
        "password checked against Keystone; custombackend, by the engine's own users; noauth, "
        "not at all (for tests).",
    ),
    cfg.StrOpt(
        "api_paste_config",
        default="api-paste.ini",
        help="The file that composes the APIs. A relative name is looked for in /etc/heat, in "
        "etc/hearth of the installation, and in etc/ of a source tree.",
    ),
]

CLIENT_OPTS = [
    cfg.StrOpt(
        "url",
        default="http://127.0.0.1:8004/v1",
        help="URL of the native API as servers of stacks reach it; what follows /v1 is ignored.",
    ),
]

REVISION_OPTS = [
    cfg.StrOpt("heat_revision", default="unknown", help="The revision that build_info reports."),
]


def api_opts(group: str) -> list[cfg.Opt]:
    """The options of one API's listener."""
    return [
        cfg.HostAddressOpt(
            "bind_host",
            default="0.0.0.0",  # noqa: S104
            help="Address to listen at.",
        ),
        cfg.PortOpt("bind_port", default=PORTS[group], help="Port to listen at."),
        cfg.IntOpt("backlog", default=1024, min=1, help="Connections waiting to be accepted."),
        cfg.IntOpt("threads", default=16, min=1, help="Requests worked on at a time."),
        cfg.IntOpt("max_connections", default=1000, min=1, help="Open connections at most."),
        cfg.IntOpt(
            "idle_timeout",
            default=60,
            min=1,
            help="Seconds after which a silent connection is closed.",
        ),
        cfg.IntOpt("max_header_size", default=65536, min=1024, help="Bytes of headers at most."),
        cfg.IntOpt(
            "max_body_size",
            default=16 * 2**20,
            min=1024,
            help="Bytes of a body at most; max_json_body_size is checked besides.",
        ),
    ]


def list_opts() -> list[Group]:
    """All our options by group, for oslo-config-generator."""
    return [
        (None, [*ENGINE_OPTS, *LIMIT_OPTS, *KEY_OPTS, *DEFERRED_OPTS]),
        ("cloud", CLOUD_OPTS),
        ("clients", CLIENTS_OPTS),
        ("database", DATABASE_OPTS),
        ("paste_deploy", PASTE_OPTS),
        ("clients_heat", CLIENT_OPTS),
        ("revision", REVISION_OPTS),
        *((group, api_opts(group)) for group in PORTS),
    ]


def register(conf: cfg.ConfigOpts) -> None:
    """Make our options and the log's known to ``conf``."""
    for group, options in list_opts():
        conf.register_opts(options, group=group)
    log.register_options(conf)


def load(
    program: str,
    arguments: Sequence[str] | None = None,
    *,
    defaults: Mapping[tuple[str, str], Any] = {},
    cli_opts: Iterable[cfg.Opt] = (),
    conf: cfg.ConfigOpts = cfg.CONF,
) -> cfg.ConfigOpts:
    """Read heat.conf and the command line (default: this process's own).

    defaults: other defaults of this program, by (group, name). Raises ``SystemExit`` with words
    on stderr when either cannot be understood.
    """
    register(conf)
    conf.register_cli_opts(list(cli_opts))
    for (section, name), value in defaults.items():
        conf.set_default(name, value, group=section)
    try:
        conf(sys.argv[1:] if arguments is None else arguments, project=PROJECT, prog=program)
        for group, options in list_opts():  # values in files are looked at only when asked for
            for option in options:
                _ = conf[group][option.dest] if group else conf[option.dest]
    except (cfg.Error, ValueError) as cause:
        raise SystemExit(f"{program}: {cause}") from cause
    return conf


def paste_file(conf: cfg.ConfigOpts) -> Path:
    """The absolute path of api-paste.ini. Raises ``SystemExit`` when there is none."""
    return find(str(conf.paste_deploy.api_paste_config))


def find(name: str) -> Path:
    """A file of etc/: the operator's, else the installation's, else the source tree's."""
    places = [
        Path("/etc/heat"),
        Path(sys.prefix, "etc", "hearth"),
        Path(__file__).resolve().parent.parent / "etc",
    ]
    for place in places:
        if (place / name).is_file():
            return place / name
    where = ", ".join(str(place) for place in places)
    raise SystemExit(f"{name} was not found in any of: {where}")


def encryption_keys(conf: cfg.ConfigOpts) -> list[str]:
    """The keys, newest first; empty when none is configured. Raises ``SystemExit``."""
    if conf.auth_encryption_key:
        return [conf.auth_encryption_key, *conf.auth_encryption_previous_keys]
    if not conf.auth_encryption_key_file:
        return []
    try:
        lines = Path(conf.auth_encryption_key_file).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError) as cause:
        raise SystemExit(f"auth_encryption_key_file cannot be read: {cause}") from cause
    return [line.strip() for line in lines if line.strip()]


def database_url(conf: cfg.ConfigOpts) -> str:
    """``[database] connection``, else a SQLite file in ``state_path``."""
    return conf.database.connection or f"sqlite:///{Path(conf.state_path).resolve()}/heat.db"


def api_root(url: str) -> str:
    """The part of an API's URL up to and with ``/v1``."""
    head, version, _rest = url.partition("/v1")
    return head.rstrip("/") + (version or "/v1")
