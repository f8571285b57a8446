"""The options of the front ends' filters and handlers."""

from __future__ import annotations

from collections.abc import Sequence

from oslo_config import cfg

API_OPTS = [
    cfg.IntOpt(
        "max_json_body_size",
        default=1048576,
        min=1,
        help="Largest JSON body of a request, in bytes.",
    ),
    cfg.IntOpt(
        "template_fetch_timeout",
        default=60,
        min=1,
        help="Seconds that fetching a template_url may take.",
    ),
]

STREAM_OPTS = [
    cfg.IntOpt(
        "max_streams",
        default=600,
        min=0,
        help="Streams of events that one process serves at a time; each is a connection.",
    ),
    cfg.IntOpt(
        "max_streams_per_project",
        default=500,
        min=0,
        help="Streams of events that a project may have at a time at one process.",
    ),
    cfg.IntOpt(
        "max_unread",
        default=256 * 1024,
        min=64 * 1024,
        help="Bytes of a stream that its client has not taken; one with more is let go, and "
        "comes back where it was.",
    ),
    cfg.FloatOpt(
        "heartbeat_interval",
        default=15.0,
        min=0.1,
        help="Seconds of silence after which a stream gives a sign of life; less than "
        "idle_timeout of the API.",
    ),
    cfg.FloatOpt(
        "max_age",
        default=3600.0,
        min=1.0,
        help="Seconds after which a stream ends and its client has to be authenticated again.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        default=2.0,
        min=0.1,
        help="Seconds between looks for events whose hint was lost.",
    ),
]

KEYSTONE_OPTS = [
    cfg.StrOpt("auth_uri", help="URL of Keystone that clients are sent to."),
]

PASSWORD_OPTS = [
    cfg.BoolOpt(
        "multi_cloud", default=False, help="Whether callers may name one of several Keystones."
    ),
    cfg.ListOpt("allowed_auth_uris", default=[], help="The Keystones that callers may name."),
]

EC2_OPTS = [
    cfg.StrOpt("auth_uri", help="URL of the Keystone that checks EC2 signatures."),
    cfg.BoolOpt("multi_cloud", default=False, help="Whether several Keystones are tried in turn."),
    cfg.ListOpt("allowed_auth_uris", default=[], help="The Keystones to try."),
]


def list_opts() -> list[tuple[str | None, Sequence[cfg.Opt]]]:
    """The options by group, for oslo-config-generator."""
    return [
        (None, API_OPTS),
        ("event_stream", STREAM_OPTS),
        ("clients_keystone", KEYSTONE_OPTS),
        ("auth_password", PASSWORD_OPTS),
        ("ec2authtoken", EC2_OPTS),
    ]


def register(conf: cfg.ConfigOpts) -> None:
    for group, options in list_opts():
        conf.register_opts(options, group)
