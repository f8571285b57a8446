"""An engine and its RPC, put together from the configuration."""

from __future__ import annotations

import logging
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from oslo_config import cfg

from common import config, errors
from common.policy import Policy
from common.rpc import transport
from common.rpc.news import Announcer
from common.rpc.peers import Peers
from common.rpc.server import EngineServer
from heat_engine.cli import storage
from heat_engine.clouds.interface import Clouds
from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.engine import Engine
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store.database import Database

LOG = logging.getLogger(__name__)
_FOREVER = 100 * 365 * 86400


def settings(conf: cfg.ConfigOpts) -> EngineSettings:
    """The engine's knobs, as configured."""
    purge_after = conf.purge_deleted_after
    return EngineSettings(
        host=conf.host,
        loops=conf.num_engine_workers,
        workers=conf.cloud_threads,
        lease_seconds=conf.lease_seconds,
        scan_interval=conf.scan_interval,
        report_interval=conf.periodic_interval,
        stack_action_timeout=conf.stack_action_timeout,
        error_wait_time=conf.error_wait_time,
        observe_on_update=conf.observe_on_update,
        action_retry_limit=conf.action_retry_limit,
        max_template_size=conf.max_template_size,
        max_resources_per_stack=conf.max_resources_per_stack,
        max_stacks_per_tenant=conf.max_stacks_per_tenant,
        max_nested_stack_depth=conf.max_nested_stack_depth,
        max_snapshots_per_stack=conf.max_snapshots_per_stack,
        enable_stack_abandon=conf.enable_stack_abandon,
        enable_stack_adopt=conf.enable_stack_adopt,
        max_events_per_stack=conf.max_events_per_stack,
        hidden_stack_tags=tuple(conf.hidden_stack_tags),
        max_software_configs_per_tenant=conf.max_software_configs_per_tenant,
        max_software_deployments_per_tenant=conf.max_software_deployments_per_tenant,
        purge_deleted_after=_FOREVER if purge_after < 0 else purge_after,
        purge_interval=conf.purge_interval,
        heat_url=config.api_root(conf.clients_heat.url),
        cfn_url=config.api_root(conf.heat_waitcondition_server_url),
        build_revision=conf.revision.heat_revision,
    )


def private_paths(conf: cfg.ConfigOpts) -> list[Path]:
    """Files and directories with keys and passwords in them, which no stack's server may read."""
    places = [conf.state_path, conf.auth_encryption_key_file]
    places += [*(conf.config_file or ()), *(conf.config_dir or ())]
    return [Path(place) for place in places if place]


def _keystone(conf: cfg.ConfigOpts) -> Any:
    """``cli.identity.Keystone``, by name: its libraries take 8 MiB, and most engines on a machine
    of their own have no Keystone. Raises ``SystemExit`` in plain words."""
    asked = conf.cloud.backend == "openstack" or conf.stack_user_domain_id
    if not asked and not conf.stack_user_domain_name:
        return None
    return pkgutil.resolve_name("heat_engine.cli.identity:connect")(conf)


class EngineProcess:
    """An engine that answers calls and hints from ``start`` until ``stop``."""

    def __init__(self, conf: cfg.ConfigOpts, database: Database, registry: Registry) -> None:
        self._conf = conf
        self._database = database
        state = Path(conf.state_path)
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as cause:
            raise SystemExit(f"state_path {state} cannot be made: {cause.strerror}") from cause
        self._calls = transport.build(conf)
        self._hints = transport.build_peers(conf)
        self._transports = [self._calls, self._hints]
        self._peers = Peers(self._hints)
        self._announcer = Announcer(self._hints)
        self._database.on_events = lambda stacks: self._announcer.tell()
        keystone = _keystone(conf)
        self._local: LocalClouds | None = None
        if keystone is None or conf.cloud.backend == "local":
            self._local = LocalClouds(state / "cloud", hidden=private_paths(conf))
            clouds: Clouds = self._local
        else:
            clouds = keystone.clouds
        self._engine = Engine(
            settings(conf),
            self._database,
            clouds,
            registry,
            self._peers,
            keystone.identity if keystone is not None else None,
            Policy(conf),
        )
        self._servers = self._listeners()

    def _listeners(self) -> list[EngineServer]:
        conf, service = self._conf, self._engine.service
        calls = EngineServer(self._calls, service, server_id=conf.host, threads=conf.rpc_threads)
        hints = EngineServer(
            self._hints,
            service,
            transport.PEER_TOPIC,
            self._engine.settings.engine_id,
            exchange=transport.PEER_EXCHANGE,
            threads=1,
        )
        if conf.transport_url == transport.IN_PROCESS:  # every way is as quick
            return [calls, hints]
        self._transports.append(transport.build_reads(conf))
        reads = EngineServer(
            self._transports[-1],
            service,
            transport.READ_TOPIC,
            conf.host,
            exchange=transport.READ_EXCHANGE,
            threads=conf.rpc_threads,
        )
        return [calls, reads, hints]

    def start(self) -> None:
        """Take up work, then calls. Raises ``SystemExit`` when the database cannot be used."""
        try:
            self._engine.start()
        except errors.ServiceUnavailable as cause:
            raise SystemExit(f"The database cannot be used: {cause.message}") from cause
        if self._local is not None:
            self._local.serve()
        for server in self._servers:
            server.start()
        LOG.info("engine %s is ready", self._engine.settings.engine_id)

    def stop(self, grace: float) -> None:
        """Take no more calls, let those under way end within ``grace`` seconds, give back work."""
        with ThreadPoolExecutor(len(self._servers)) as pool:  # each takes a while to let go
            list(pool.map(EngineServer.stop, self._servers))
        self._engine.drain(grace)
        self._peers.stop()
        self._announcer.stop()
        for used in self._transports:
            used.cleanup()
        self._database.dispose()


def build(conf: cfg.ConfigOpts) -> EngineProcess:
    """The configured engine, not started yet. Raises ``SystemExit`` in plain words."""
    return EngineProcess(conf, storage.database(conf), Registry.default())
