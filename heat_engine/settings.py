"""Every knob of the engine, as plain data; the command line fills it from configuration."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from common.identifiers import new_id


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Times are seconds, sizes bytes; names are those of the configuration options.

    loops: threads that advance traversals. workers: threads that call clouds. group_size: results
    written in one transaction at most. heat_url and cfn_url: roots of the APIs as guests reach
    them, ending in ``/v1``. A limit of -1 is off.
    """

    engine_id: str = field(default_factory=new_id)
    host: str = field(default_factory=socket.gethostname)
    loops: int = 4
    workers: int = 32
    group_size: int = 400
    lease_seconds: float = 10.0
    scan_interval: float = 1.0
    report_interval: int = 10
    stack_action_timeout: int = 3600
    error_wait_time: float = 240.0
    observe_on_update: bool = False
    action_retry_limit: int = 5
    retry_seconds: float = 2.0
    max_template_size: int = 524288
    max_resources_per_stack: int = 1000
    max_stacks_per_tenant: int = 512
    max_nested_stack_depth: int = 5
    max_snapshots_per_stack: int = 32
    enable_stack_abandon: bool = False
    enable_stack_adopt: bool = False
    max_events_per_stack: int = 1000
    hidden_stack_tags: tuple[str, ...] = ()
    max_software_configs_per_tenant: int = 4096
    max_software_deployments_per_tenant: int = 4096
    purge_deleted_after: int = 90 * 86400
    purge_interval: float = 600.0
    heat_url: str = "http://127.0.0.1:8004/v1"
    cfn_url: str = "http://127.0.0.1:8000/v1"
    build_revision: str = "unknown"
