"""user_data as plain data."""

from __future__ import annotations

import base64
import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heat_engine.clouds.local import cloudinit


def plain(text: str) -> str:
    return base64.b64decode(text).decode()


def config(text: str) -> cloudinit.Plan:
    return cloudinit.parse(("#cloud-config\n" + text).encode())


def test_a_script_is_run_as_it_is() -> None:
    plan = cloudinit.parse(b"#!/usr/bin/env python3\nprint(1)\n")
    assert [(name, plain(text)) for name, text in plan.scripts] == [
        ("part-001", "#!/usr/bin/env python3\nprint(1)\n")
    ]
    assert plan.warnings == []


def test_nothing_asks_for_nothing() -> None:
    assert cloudinit.parse(b" \n") == cloudinit.Plan()


def test_commands_are_one_shell_script_each() -> None:
    plan = config("runcmd:\n- echo $HOME\n- [echo, 'a b', 3]\nbootcmd:\n- early\n")
    assert [(name, plain(text)) for name, text in plan.scripts] == [
        ("runcmd", "#!/bin/sh\necho $HOME\necho 'a b' 3\n")
    ]
    assert plain(plan.bootcmd) == "#!/bin/sh\nearly\n"


def test_files_with_every_field() -> None:
    packed = base64.b64encode(gzip.compress(b"packed")).decode()
    plan = config(
        "write_files:\n"
        "- {path: /etc/a, content: plain}\n"
        "- {path: /etc/b, content: aGVsbG8=, encoding: b64, permissions: '0755', owner: 'a:b'}\n"
        f"- {{path: /etc/c, content: {packed}, encoding: gz+b64, append: true}}\n"
        "- {path: /etc/d, content: !!binary aGVsbG8=}\n"
    )
    assert [plain(file.pop("content")) for file in plan.files] == [
        "plain",
        "hello",
        "packed",
        "hello",
    ]
    assert plan.files[:3] == [
        {"path": "/etc/a", "permissions": 0o644, "owner": "", "append": False},
        {"path": "/etc/b", "permissions": 0o755, "owner": "a:b", "append": False},
        {"path": "/etc/c", "permissions": 0o644, "owner": "", "append": True},
    ]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("write_files: [{content: x}]", "write_files[0] was ignored: it has no path"),
        ("write_files: [{path: /a/../b}]", "may not hold '..'"),
        ("write_files: [{path: /a, encoding: rot13}]", "unknown encoding 'rot13'"),
        ("write_files: [{path: /a, permissions: '9'}]", "write_files[0] was ignored"),
        ("write_files: [{path: /a, encoding: gzip, content: x}]", "write_files[0] was ignored"),
        ("write_files: 1", "write_files is not a list"),
        ("runcmd: true", "runcmd is not a list"),
        ("runcmd: [{a: b}]", "runcmd[0] is neither text nor a list"),
        ("packages: [nginx]", "packages (nginx) are not installed"),
        ("hostname: 'a b'", "is not a host name"),
        ("ssh_authorized_keys: key", "is not a list of keys"),
        ("users: [default]", "cloud-config module users is not supported"),
        ("a: [", "#cloud-config is not valid YAML"),
        ("- a", "#cloud-config is not a mapping"),
    ],
)
def test_what_is_not_understood_is_a_warning(text: str, warning: str) -> None:
    plan = config(text)
    assert len(plan.warnings) == 1
    assert warning in plan.warnings[0]
    assert (plan.scripts, plan.files) == ([], [])


@pytest.mark.parametrize("text", ["#include http://x", "#cloud-boothook\nx", "hello", "\x00\x01"])
def test_other_user_data_is_a_warning(text: str) -> None:
    plan = cloudinit.parse(text.encode())
    assert len(plan.warnings) == 1
    assert plan.warnings[0].endswith("ignored")


def test_hostname_and_keys() -> None:
    plan = config("hostname: web.example.org\nssh_authorized_keys: [' one ', two]\n")
    assert (plan.hostname, plan.ssh_authorized_keys) == ("web", ["one", "two"])


def multipart(*parts: tuple[str, str, str]) -> MIMEMultipart:
    message = MIMEMultipart()
    for kind, name, text in parts:
        part = MIMEText(text, kind)
        if name:
            part.add_header("Content-Disposition", "attachment", filename=name)
        message.attach(part)
    return message


def test_parts_run_in_order_of_names_and_commands_among_them() -> None:
    message = multipart(
        ("x-shellscript", "z.sh", "#!/bin/sh\nz\n"),
        ("cloud-config", "", "runcmd: [middle]"),
        ("x-shellscript", "a.sh", "#!/bin/sh\na\n"),
        ("x-shellscript", "../../evil", "no shebang"),
        ("jinja2", "t", "x"),
    )
    plan = cloudinit.parse(message.as_bytes())
    assert [name for name, _ in plan.scripts] == ["_.._evil", "a.sh", "runcmd", "z.sh"]
    assert plain(plan.scripts[0][1]) == "#!/bin/sh\nno shebang"
    assert len(plan.warnings) == 2


def test_a_script_for_each_boot_is_a_file_that_the_boots_run() -> None:
    message = multipart(
        ("x-shellscript-per-boot", "serve me", "#!/bin/sh\nserve\n"),
        ("x-shellscript-per-instance", "once", "#!/bin/sh\n"),
    )
    plan = cloudinit.parse(message.as_bytes())
    assert [name for name, _ in plan.scripts] == ["once"]
    [file] = plan.files
    assert (file["path"], file["permissions"]) == (f"{cloudinit.PER_BOOT}/serve_me", 0o755)
    assert plain(file["content"]) == "#!/bin/sh\nserve\n"


def test_compressed_multipart_within_multipart() -> None:
    inner = multipart(("x-shellscript", "in.sh", "#!/bin/sh\n"))
    outer = MIMEMultipart()
    outer.attach(inner)
    plan = cloudinit.parse(gzip.compress(outer.as_bytes()))
    assert [name for name, _ in plan.scripts] == ["in.sh"]


def test_deep_nesting_and_bombs_are_bounded() -> None:
    message = multipart(("x-shellscript", "in.sh", "#!/bin/sh\n"))
    for _ in range(8):
        outer = MIMEMultipart()
        outer.attach(message)
        message = outer
    deep = cloudinit.parse(message.as_bytes())
    assert (deep.scripts, len(deep.warnings)) == ([], 1)
    bomb = cloudinit.parse(gzip.compress(b"#!" + b"\0" * (17 * 1024 * 1024)))
    assert "larger than" in bomb.warnings[0]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    for head in (b"", b"#cloud-config\n", b"Content-Type: multipart/mixed\n", b"\x1f\x8b"):
        cloudinit.parse(head + data)


def test_user_data_comes_as_base64_or_as_text() -> None:
    script = "#!/bin/sh\necho hi\n"
    assert cloudinit.decode(script) == script.encode()
    assert cloudinit.decode(base64.b64encode(script.encode()).decode()) == script.encode()
