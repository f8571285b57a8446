"""Console script ``heat-manage``: what an operator does beside the running services."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Callable
from typing import Any

from oslo_config import cfg

from common import config, errors
from common.crypt import Vault
from heat_engine.cli import storage
from heat_engine.store import migrations, retention, rotation, services, users

Command = Callable[[cfg.ConfigOpts], None]
ROLES = ("admin", "member", "reader")
PASSWORD_VARIABLE = "HEARTH_PASSWORD"  # noqa: S105


def db_sync(conf: cfg.ConfigOpts) -> None:
    """Create the database's tables, or bring them up to date."""
    print(f"The database is at revision {migrations.db_sync(config.database_url(conf))}.")


def purge_deleted(conf: cfg.ConfigOpts) -> None:
    """Forget stacks that were deleted so many days ago."""
    database = storage.database(conf)
    total = 0
    while purged := database.transact(
        retention.purge, deleted_before_seconds=conf.command.age * 86400.0
    ):
        total += purged.stacks
    print(f"{total} deleted stacks forgotten.")


def service_list(conf: cfg.ConfigOpts) -> None:
    """Show the engines and whether they live."""
    print(f"{'engine':36}  {'host':24}  status")
    for service in storage.database(conf).query(services.list):
        print(f"{service.id:36}  {service.host:24}  {'up' if service.up else 'down'}")


def service_clean(conf: cfg.ConfigOpts) -> None:
    """Forget the engines that do not live."""
    database = storage.database(conf)
    dead = [service.id for service in database.query(services.list) if not service.up]
    for engine_id in dead:
        database.transact(services.remove, engine_id)
    print(f"{len(dead)} engines forgotten.")


def user_add(conf: cfg.ConfigOpts) -> None:
    """Add a user of the custombackend flavor; prints its keys for the AWS APIs."""
    command = conf.command
    user = storage.database(conf).transact(
        users.add, command.user, _password(), command.project, command.role or ["member"]
    )
    print(f"user {user.name} in project {user.project_name} ({user.project_id})")
    print(f"access key {user.access}\nsecret key {user.secret}")


def user_list(conf: cfg.ConfigOpts) -> None:
    """Show the users of the custombackend flavor."""
    print(f"{'name':24}  {'project':24}  {'project id':32}  roles")
    for user in storage.database(conf).query(users.list):
        roles = ",".join(user.roles)
        print(f"{user.name:24}  {user.project_name:24}  {user.project_id:32}  {roles}")


def user_remove(conf: cfg.ConfigOpts) -> None:
    """Remove a user of the custombackend flavor; its stacks stay."""
    if not storage.database(conf).transact(users.remove, conf.command.user):
        raise SystemExit(f"There is no user {conf.command.user}.")


def new_key(_conf: cfg.ConfigOpts) -> None:
    """Print a new key for auth_encryption_key."""
    print(Vault.new_key())


def rotate_keys(conf: cfg.ConfigOpts) -> None:
    """Encrypt every secret anew with the first key; the other keys are not needed after that."""
    print(f"{rotation.rotate(storage.database(conf))} secrets rewritten.")


def _password() -> str:
    """From the environment, else asked for; never from the command line, which others can see."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")


def add_parsers(parsers: _SubParsersAction[Any]) -> None:
    """Describe the commands to the command line's parser."""
    parsers.required = True
    _add(parsers, "db_sync", db_sync)
    _add(parsers, "purge_deleted", purge_deleted).add_argument(
        "age", nargs="?", type=int, default=90, help="days since their deletion (90)"
    )
    _add(parsers, "new_key", new_key)
    _add(parsers, "rotate_keys", rotate_keys)
    service = _nouns(parsers, "service", "engines")
    _add(service, "list", service_list)
    _add(service, "clean", service_clean)
    user = _nouns(parsers, "local-user", "users of the custombackend flavor")
    _add(user, "list", user_list)
    _add(user, "remove", user_remove).add_argument("user")
    add = _add(user, "add", user_add)
    add.description = f"The password is taken from ${PASSWORD_VARIABLE}, or asked for."
    add.add_argument("user")
    add.add_argument("--project", required=True, help="name of the user's project")
    add.add_argument("--role", action="append", choices=ROLES, help="may be repeated")


def _nouns(parsers: _SubParsersAction[Any], name: str, words: str) -> _SubParsersAction[Any]:
    parser: ArgumentParser = parsers.add_parser(name, help=words)
    verbs: _SubParsersAction[Any] = parser.add_subparsers(dest="verb", required=True)
    return verbs


def _add(parsers: _SubParsersAction[Any], name: str, command: Command) -> ArgumentParser:
    parser: ArgumentParser = parsers.add_parser(name, help=command.__doc__)
    parser.set_defaults(run=command)
    return parser


def main() -> None:
    option = cfg.SubCommandOpt("command", title="commands", handler=add_parsers)
    conf = config.load("heat-manage", cli_opts=[option])
    try:
        conf.command.run(conf)
    except errors.HearthError as cause:
        raise SystemExit(f"heat-manage: {cause.message}") from cause


if __name__ == "__main__":
    main()
