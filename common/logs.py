"""The log: oslo.log, every line with its request's id; ``use_json`` makes lines JSON.

Of errors it tells class and place. Their text may hold any value that was worked with, secret ones
too; who shows it has to mask it.
"""

from __future__ import annotations

import logging
from typing import Any

from oslo_config import cfg
from oslo_log import formatters, log

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
    logging.setLogRecordFactory(_record)
    # The library ends each warning that is logged while an error is handled with the error's text.
    formatters._get_error_summary = _no_summary


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Whoever logs, a library too, and whatever writes it down."""
    record = logging.LogRecord(*args, **kwargs)
    if record.exc_info and record.exc_info[1] is not None:
        told = _untold(record.exc_info[1])
        record.exc_info = (type(told), told, told.__traceback__)
    return record


def _untold(error: BaseException, known: frozenset[int] = frozenset()) -> BaseException:
    """An error of that name, from the same place and with the same causes, but without a text.

    known: the errors that this one is the cause of; some are their own.
    """
    known |= {id(error)}
    kind = type(error)
    names = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
    told: BaseException = type(kind.__name__, (Exception,), names)()
    told.__traceback__ = error.__traceback__
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in known:
        told.__cause__ = _untold(cause, known)
    return told


def _no_summary(record: logging.LogRecord) -> str:
    return ""


def reload(conf: cfg.ConfigOpts) -> None:
    """Take over what changed in the files of those options that may change while running."""
    changed = conf.mutate_config_files()
    names = sorted(f"{group or 'DEFAULT'}.{name}" for group, name in changed)
    LOG.info("Configuration read again; changed: %s", ", ".join(names) or "nothing")
