"""The log: oslo.log, every line with its request's id; ``use_json`` makes lines JSON."""

from __future__ import annotations

import logging
import traceback

from oslo_config import cfg
from oslo_log import log

LOG = logging.getLogger(__name__)
_QUIET = [
    "amqp=WARNING",
    "futurist=WARNING",
    "keystoneauth=WARNING",
    "keystonemiddleware=WARNING",
    "kombu=WARNING",
    "oslo.messaging=INFO",
    "oslo.service=WARNING",
    "oslo_messaging=INFO",
    "oslo_policy=INFO",
    "requests=WARNING",
    "sqlalchemy=WARNING",
    "stevedore=WARNING",
    "urllib3=WARNING",
    "waitress=WARNING",
]


def setup(conf: cfg.ConfigOpts, program: str) -> None:
    """Begin to log as configured. Without a file, lines go to stderr. Raises ``SystemExit``."""
    log.set_defaults(default_log_levels=_QUIET)
    conf.set_default("use_stderr", not (conf.log_file or conf.log_dir))
    try:
        log.setup(conf, program)
    except OSError as cause:
        raise SystemExit(f"The log cannot be written: {cause}") from cause
    logging.captureWarnings(True)


def place_of(error: BaseException) -> str:
    """Its class and where it was raised, for the log. Not its text, which may hold any value that
    was worked with, secret ones too; who shows that has to mask it."""
    told = []
    cause: BaseException | None = error
    while cause is not None:
        told.append(f"{type(cause).__name__}\n{''.join(traceback.format_tb(cause.__traceback__))}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "caused by ".join(told)


def reload(conf: cfg.ConfigOpts) -> None:
    """Take over what changed in the files of those options that may change while running."""
    changed = conf.mutate_config_files()
    names = sorted(f"{group or 'DEFAULT'}.{name}" for group, name in changed)
    LOG.info("Configuration read again; changed: %s", ", ".join(names) or "nothing")
