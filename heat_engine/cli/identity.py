"""The Keystone that is configured, as the engine uses it. Loaded only where there is one."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from keystoneauth1 import exceptions, loading
from keystonemiddleware import auth_token
from oslo_config import cfg

from heat_engine.clouds.openstack.cloud import OpenStackClouds
from heat_engine.clouds.openstack.identity import KeystoneIdentity
from heat_engine.clouds.openstack.sessions import Sessions
from heat_engine.clouds.openstack.settings import GuestDomain, KeystoneSettings

TRUSTEE, AUTHTOKEN = "trustee", "keystone_authtoken"


class Keystone(NamedTuple):
    """What the engine has of it."""

    clouds: OpenStackClouds
    identity: KeystoneIdentity


def connect(conf: cfg.ConfigOpts) -> Keystone | None:
    """None where the engine has nothing to ask of it. Raises ``SystemExit`` in plain words."""
    opened = sessions(conf)
    return None if opened is None else Keystone(OpenStackClouds(opened), KeystoneIdentity(opened))


def sessions(conf: cfg.ConfigOpts) -> Sessions | None:
    """Sessions with Keystone; None where the engine has nothing to ask of it.

    Raises ``SystemExit`` when what it needs to know is missing.
    """
    real = conf.cloud.backend == "openstack"
    guests = _guests(conf)
    if not real and guests is None:
        return None
    group = _group(conf)
    try:
        plugin = loading.load_auth_from_conf_options(conf, group)
    except exceptions.ClientException as cause:
        raise SystemExit(f"[{group}] does not say how to authenticate: {cause}") from cause
    url = conf[group].auth_url if plugin is not None else None
    if not url:
        raise SystemExit(f"[{group}] names no Keystone (auth_type, auth_url, username ...)")
    clients = conf.clients
    return Sessions(
        KeystoneSettings(
            auth_url=url,
            service_auth=partial(loading.load_auth_from_conf_options, conf, group),
            deferred=conf.deferred_auth_method if real else "",
            delegated_roles=tuple(conf.trusts_delegated_roles),
            guests=guests,
            region=conf.region_name_for_services,
            interface=clients.endpoint_type.removesuffix("URL"),
            verify=False if clients.insecure else clients.ca_file or True,
        )
    )


def _group(conf: cfg.ConfigOpts) -> str:
    """Where the engine's own user is described, its options made known."""
    loading.register_auth_conf_options(conf, TRUSTEE)
    if conf[TRUSTEE].auth_type:
        return TRUSTEE
    for _name, offered in auth_token.list_opts():
        conf.register_opts(offered, AUTHTOKEN)
    loading.register_auth_conf_options(conf, AUTHTOKEN)
    return AUTHTOKEN


def _guests(conf: cfg.ConfigOpts) -> GuestDomain | None:
    if not (conf.stack_user_domain_id or conf.stack_user_domain_name):
        return None
    if not (conf.stack_domain_admin and conf.stack_domain_admin_password):
        raise SystemExit("stack_user_domain needs stack_domain_admin and its password")
    return GuestDomain(
        admin=conf.stack_domain_admin,
        password=conf.stack_domain_admin_password,
        id=conf.stack_user_domain_id,
        name=conf.stack_user_domain_name,
        role=conf.heat_stack_user_role,
    )
