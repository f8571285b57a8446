"""user_data as cloud-init reads it: what is to be done at a server's first boot, as plain data.

Understood: scripts (``#!``), ``#cloud-config``, MIME multipart of these, gzip around any of them.
Whatever else is given becomes a warning on the server's console, never a failure.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.message
import re
import shlex
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import yaml

# Programs that run at each boot, cloud-init's own place for them.
PER_BOOT = "/var/lib/cloud/scripts/per-boot"
_LARGEST = 16 * 1024 * 1024
_DEEPEST = 5
_GZIP = b"\x1f\x8b"
_QUIET = {"final_message", "output", "manage_etc_hosts", "preserve_hostname", "merge_how"}


@dataclass
class Plan:
    """``bootcmd`` is for each boot, all else for the first. Scripts are (name, base64 of the text)
    in order of running; files are ``{path, content (base64), permissions (int), owner, append}``.
    """

    bootcmd: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    scripts: list[tuple[str, str]] = field(default_factory=list)
    ssh_authorized_keys: list[str] = field(default_factory=list)
    hostname: str = ""
    warnings: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def parse(user_data: bytes) -> Plan:
    """What ``user_data`` asks for; never an error."""
    reader = _Reader()
    reader.read(user_data, "", 0)
    return reader.finish()


def decode(text: str) -> bytes:
    """User data as a compute API takes it: base64. Text that cannot be base64 is taken as it is."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text.encode()


class _Reader:
    def __init__(self) -> None:
        self._plan = Plan()
        self._bootcmd: list[str] = []
        self._runcmd: list[str] = []
        self._scripts: dict[str, bytes] = {}
        self._parts = 0

    def finish(self) -> Plan:
        if self._bootcmd:
            self._plan.bootcmd = _base64(_shell(self._bootcmd))
        if self._runcmd:
            self._scripts["runcmd"] = _shell(self._runcmd)
        # cloud-init runs its scripts directory in order of names.
        self._plan.scripts = [(name, _base64(text)) for name, text in sorted(self._scripts.items())]
        return self._plan

    def _warn(self, message: str) -> None:
        self._plan.warnings.append(message)

    def read(self, data: bytes, name: str, depth: int, *, kind: str = "") -> None:
        """One part; ``kind`` is its MIME type where one was given."""
        if depth > _DEEPEST:
            self._warn(f"parts nested deeper than {_DEEPEST} are ignored")
            return
        if data.startswith(_GZIP):
            data = self._unzip(data)
        text = data.lstrip()
        if not text:
            return
        self._parts += 1
        head = text.split(b"\n", 1)[0].strip().lower()
        if head.startswith((b"content-type:", b"mime-version:")):
            self._multipart(text, depth)
        elif kind == "text/x-shellscript-per-boot":
            path = f"{PER_BOOT}/{self._program_name(name)}"
            self._plan.files.append(_file({"path": path, "content": text, "permissions": 0o755}))
        elif kind.startswith("text/x-shellscript") or head.startswith(b"#!"):
            self._script(text, name)
        elif kind == "text/cloud-config" or head.startswith(b"#cloud-config"):
            self._cloud_config(text)
        elif head.startswith((b"#include", b"#upstart-job", b"#cloud-boothook", b"#part-handler")):
            self._warn(f"{head.decode(errors='replace')} is not supported and was ignored")
        else:
            what = kind or repr(head[:40].decode(errors="replace"))
            self._warn(f"unhandled user_data ({what}) was ignored")

    def _unzip(self, data: bytes) -> bytes:
        try:
            return _gunzip(data)
        except (ValueError, zlib.error) as error:
            self._warn(f"compressed user_data cannot be read: {error}")
            return b""

    def _multipart(self, data: bytes, depth: int) -> None:
        message = email.message_from_bytes(data)
        parts = message.get_payload() if message.is_multipart() else [message]
        for part in parts if isinstance(parts, list) else []:
            if not isinstance(part, email.message.Message):
                continue
            kind = part.get_content_type()
            name = part.get_filename() or ""
            if part.is_multipart():
                self._multipart_within(part, depth)
                continue
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                self.read(payload, name, depth + 1, kind=kind)

    def _multipart_within(self, part: email.message.Message, depth: int) -> None:
        if depth >= _DEEPEST:
            self._warn(f"parts nested deeper than {_DEEPEST} are ignored")
        else:
            self._multipart(part.as_bytes(), depth + 1)

    def _script(self, text: bytes, name: str) -> None:
        if not text.startswith(b"#!"):
            self._warn(f"script {name or self._parts} does not start with #!; run by /bin/sh")
            text = b"#!/bin/sh\n" + text
        safe = self._program_name(name)
        while safe in self._scripts or safe == "runcmd":
            safe += "_"
        self._scripts[safe] = text

    def _program_name(self, name: str) -> str:
        return re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or f"part-{self._parts:03d}"

    def _cloud_config(self, text: bytes) -> None:
        try:
            config = yaml.safe_load(text)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            self._warn("#cloud-config is not valid YAML: " + " ".join(str(error).split()))
            return
        if config is None:
            return
        if not isinstance(config, dict):
            self._warn("#cloud-config is not a mapping and was ignored")
            return
        modules: Mapping[str, Callable[[Any], None]] = {
            "write_files": self._write_files,
            "runcmd": lambda value: self._commands("runcmd", value, self._runcmd),
            "bootcmd": lambda value: self._commands("bootcmd", value, self._bootcmd),
            "packages": self._packages,
            "hostname": self._hostname,
            "fqdn": self._hostname,
            "ssh_authorized_keys": self._keys,
        }
        for key, value in config.items():
            if key in modules:
                modules[key](value)
            elif key not in _QUIET:
                self._warn(f"cloud-config module {key!s:.60} is not supported and was ignored")

    def _packages(self, value: Any) -> None:
        names = ", ".join(str(name) for name in value) if isinstance(value, list) else str(value)
        self._warn(
            f"packages ({names:.300}) are not installed: a local server runs this machine's own "
            "programs; install them on the machine"
        )

    def _hostname(self, value: Any) -> None:
        name = str(value).partition(".")[0]
        if re.fullmatch(r"[A-Za-z0-9-]{1,63}", name):
            self._plan.hostname = self._plan.hostname or name
        else:
            self._warn(f"hostname {str(value)[:80]!r} is not a host name")

    def _keys(self, value: Any) -> None:
        if not isinstance(value, list) or not all(isinstance(key, str) for key in value):
            self._warn("ssh_authorized_keys is not a list of keys")
            return
        self._plan.ssh_authorized_keys += [key.strip() for key in value]

    def _commands(self, module: str, value: Any, commands: list[str]) -> None:
        if not isinstance(value, list):
            self._warn(f"{module} is not a list and was ignored")
            return
        for number, item in enumerate(value):
            if isinstance(item, str):
                commands.append(item)
            elif isinstance(item, list) and not any(isinstance(a, (list, dict)) for a in item):
                commands.append(shlex.join(str(argument) for argument in item))
            else:
                self._warn(f"{module}[{number}] is neither text nor a list of arguments")

    def _write_files(self, value: Any) -> None:
        if not isinstance(value, list):
            self._warn("write_files is not a list and was ignored")
            return
        for number, item in enumerate(value):
            try:
                self._plan.files.append(_file(item))
            except (ValueError, TypeError, KeyError, zlib.error) as error:
                self._warn(f"write_files[{number}] was ignored: {error}")


def _gunzip(data: bytes) -> bytes:
    """ValueError or zlib.error when the data is cut short, damaged or unpacks to too much."""
    unpacking = zlib.decompressobj(wbits=31)
    unpacked = unpacking.decompress(data, _LARGEST)
    if not unpacking.eof:
        raise ValueError(f"it is cut short or larger than {_LARGEST} bytes")
    return unpacked


def _file(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("path"), str) or not item["path"]:
        raise ValueError("it has no path")
    if ".." in item["path"].split("/") or "\0" in item["path"]:
        raise ValueError("its path may not hold '..'")
    content = item.get("content", "")
    data = content if isinstance(content, bytes) else str(content or "").encode()
    encoding = str(item.get("encoding", "")).lower()
    kinds = set(encoding.replace("+", " ").replace("/", " ").split())
    if not kinds <= {"b64", "base64", "gz", "gzip", "text", "plain"}:
        raise ValueError(f"unknown encoding {encoding!r}")
    if kinds & {"b64", "base64"}:
        data = base64.b64decode(data)
    if kinds & {"gz", "gzip"}:
        data = _gunzip(data)
    permissions = item.get("permissions", 0o644)
    if isinstance(permissions, str):
        permissions = int(permissions, 8)
    if not isinstance(permissions, int) or not 0 <= permissions <= 0o7777:
        raise ValueError(f"permissions {permissions!r} are not an octal mode")
    return {
        "path": item["path"],
        "content": _base64(data),
        "permissions": permissions,
        "owner": str(item.get("owner") or ""),
        "append": item.get("append") is True,
    }


def _shell(commands: list[str]) -> bytes:
    return ("#!/bin/sh\n" + "\n".join(commands) + "\n").encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
