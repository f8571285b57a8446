"""How messages travel: a RabbitMQ, or memory when everything runs in one process."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import urlsplit

import oslo_messaging
from oslo_config import cfg
from oslo_messaging._metrics.client import oslo_messaging_metrics
from oslo_messaging._tracing.client import oslo_messaging_tracing
from oslo_messaging.transport import RPCTransport, _transport_opts
from stevedore.driver import DriverManager

EXCHANGE = "heat"
TOPIC = "engine"
PEER_EXCHANGE = "heat-peers"
PEER_TOPIC = "heat-engine-listener"
READ_EXCHANGE = "heat-reads"
READ_TOPIC = "heat-engine-reads"
IN_PROCESS = "inprocess://"

# Calls wait in queues that outlive the loss of a broker's node, and a lost connection is tried
# again every second: an operator who restarts a broker expects the calls under way to end well.
# Replies need no such queue, which takes each one to the disk: who waits for them makes its queue
# anew when it was lost, and an engine that finds none tries until there is one. Ours are defaults;
# the [oslo_messaging_rabbit] section still has the last word.
RABBIT_DEFAULTS = {
    "rabbit_quorum_queue": True,
    "rabbit_transient_quorum_queue": False,
    "heartbeat_timeout_threshold": 30,
    "kombu_reconnect_delay": 0.2,
    "rabbit_retry_interval": 1,
    "rabbit_retry_backoff": 0,
    "rabbit_interval_max": 2,
}
# The driver's threads that wait for messages look up after 1, 2, 4 ... ms, for acknowledgements
# that only notifications leave to them. A call is over in that time, and each look takes the
# processor (and the interpreter's lock) from the thread that answers it. Start and stop wait for a
# look or two, so it cannot be long either.
LOOK_UP_SECONDS = 0.05
# A quorum queue takes each message to the disk before it hands it on, which is more than the rest
# of a read takes. What is lost with the broker is a read that it had for less than a millisecond.
READ_QUERY = "rabbit_quorum_queue=false"
# Hints may be lost, and an engine that dies must not leave a queue of its own behind for ever.
PEER_QUERY = "rabbit_quorum_queue=false&rabbit_transient_quorum_queue=false&amqp_auto_delete=true"


def register(conf: cfg.ConfigOpts) -> None:
    """Make the options that every transport reads known to ``conf``."""
    oslo_messaging.set_transport_defaults(EXCHANGE)
    conf.register_opts(_transport_opts)
    # The library registers these with the global configuration only, and reads them from ours.
    conf.register_opts(oslo_messaging_metrics, group="oslo_messaging_metrics")
    conf.register_opts(oslo_messaging_tracing, group="oslo_messaging_tracing")


def build(conf: cfg.ConfigOpts, url: str | None = None, *, query: str = "") -> RPCTransport:
    """The transport that ``url``, else ``transport_url`` of the configuration, names.

    ``query``: driver options for this transport only, in the form of a URL's query. Raises
    ``oslo_messaging.DriverLoadFailure`` or ``InvalidTransportURL``.
    """
    register(conf)
    address = url or conf.transport_url
    scheme = urlsplit(address).scheme.split("+")[0]
    if scheme == "rabbit":
        driver: Any = DriverManager("oslo.messaging.drivers", scheme).driver
        rabbit = sys.modules[driver.__module__]
        cfg.set_defaults(rabbit.rabbit_opts, **RABBIT_DEFAULTS)
        rabbit.amqpdriver.ACK_REQUEUE_EVERY_SECONDS_MIN = LOOK_UP_SECONDS
        if query:
            address += ("&" if "?" in address else "?") + query
    return oslo_messaging.get_rpc_transport(conf, url=address)


def build_peers(conf: cfg.ConfigOpts, url: str | None = None) -> RPCTransport:
    """The transport of the engines' hints to each other."""
    return build(conf, url, query=PEER_QUERY)


def build_reads(conf: cfg.ConfigOpts, url: str | None = None) -> RPCTransport:
    """The transport of calls that only read."""
    return build(conf, url, query=READ_QUERY)
