"""A server's life as its init leads it: real processes, with and without a sandbox."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local import init, process, runtime, sandbox
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import address, console, server, settled, wait_for

WEB = """#!/bin/sh
echo "from $HOSTNAME in $HOME" > index.html
python3 -m http.server --bind $HEARTH_ADDRESS 8080 &
until python3 -c "import socket, os; socket.create_connection((os.environ['HEARTH_ADDRESS'], 8080))"
do sleep 0.05; done
"""


def listens(host: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, 8080)) == 0


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as reply:
        text: str = reply.read().decode()
    return text


def test_a_server_serves_http_and_goes_without_a_trace(
    either_cloud: LocalCloud, state: Path
) -> None:
    made = server(either_cloud, WEB, name="Web 1")
    shown = settled(either_cloud, made["id"], "ACTIVE")
    wait_for(lambda: listens(address(shown)))  # ACTIVE may be sooner, when user data takes long
    text = fetch(f"http://{address(shown)}:8080/")
    assert text.startswith("from web-1 in ")
    assert fetch(f"{shown['hearth:metadata_url']}/latest/meta-data/instance-id") == made["id"]
    assert fetch(f"{shown['hearth:metadata_url']}/latest/user-data") == WEB
    tree = process.of_server(made["id"])
    either_cloud.delete("compute", "servers", made["id"])
    with pytest.raises(CloudError) as raised:
        either_cloud.get("compute", "servers", made["id"])
    assert raised.value.kind == "not_found"
    assert not tree.keys() & process.running().keys()
    assert process.of_server(made["id"]) == {}
    audit = LocalClouds(state).audit()
    assert audit == {
        "documents": {},
        "processes": {},
        "addresses": {},
        "directories": {"servers": [], "volumes": []},
    }


def test_failing_user_data_is_an_error_with_the_console_s_end(either_cloud: LocalCloud) -> None:
    made = server(either_cloud, "#!/bin/sh\necho cannot find it\nexit 3\n")
    fault = settled(either_cloud, made["id"], "ERROR")["fault"]
    assert fault["code"] == 400  # what its user has to mend
    assert fault["message"].startswith("user_data exited with status 3: ")
    assert "cannot find it" in fault["message"]
    assert len(fault["message"]) < 1100


def test_a_late_failure_shows_as_well(cloud: LocalCloud, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    made = server(cloud, f"#!/bin/sh\nread x < {gate}\nexit 9\n")
    settled(cloud, made["id"], "ACTIVE")
    gate.write_text("go\n")
    shown = settled(cloud, made["id"], "ERROR")
    assert "status 9" in shown["fault"]["message"]


def test_a_server_whose_init_is_killed_says_so(either_cloud: LocalCloud, state: Path) -> None:
    made = server(either_cloud, "#!/bin/sh\necho started\nsleep 600 &\n")
    settled(either_cloud, made["id"], "ACTIVE")
    folder = runtime.Folder(state.resolve() / "servers" / made["id"])
    os.kill(folder.runtime()["pid"], signal.SIGKILL)
    wait_for(lambda: not folder.alive())
    shown = settled(either_cloud, made["id"], "ERROR")
    assert shown["fault"]["message"].startswith("init died: ")
    assert "started" in shown["fault"]["message"]
    either_cloud.delete("compute", "servers", made["id"])
    assert process.of_server(made["id"]) == {}


def test_after_a_reboot_of_the_machine_a_server_is_shut_off(cloud: LocalCloud, state: Path) -> None:
    made = server(cloud, "#!/bin/sh\n")
    settled(cloud, made["id"], "ACTIVE")
    folder = runtime.Folder(state.resolve() / "servers" / made["id"])
    process.kill_server(made["id"], 5)
    folder.set_runtime({**folder.runtime(), "boot_id": "an earlier one"})
    assert cloud.get("compute", "servers", made["id"])["status"] == "SHUTOFF"
    cloud.act("compute", "servers", made["id"], "os-start", {})
    settled(cloud, made["id"], "ACTIVE")


def test_cloud_config_runs_in_cloud_init_s_order(either_cloud: LocalCloud) -> None:
    config = """#cloud-config
hostname: named
bootcmd: [echo one]
write_files:
- {path: /tmp/hello, content: "two\\n", permissions: '0600'}
- {path: /etc/hearth-test/app.conf, content: "three\\n"}
runcmd:
- cat $TMPDIR/hello
- cat ${HEARTH_ROOT%/}/etc/hearth-test/app.conf
- [sh, -c, 'echo four $HOSTNAME; stat -c %a $TMPDIR/hello']
packages: [nginx]
"""
    made = server(either_cloud, config)
    settled(either_cloud, made["id"], "ACTIVE")
    wait_for(lambda: "600" in console(either_cloud, made["id"]))
    lines = console(either_cloud, made["id"]).splitlines()
    assert "packages (nginx) are not installed" in lines[0]
    assert lines[1:] == ["one", "two", "three", "four named", "600"]
    assert not Path("/etc/hearth-test").exists()


def test_a_script_that_cannot_be_run(cloud: LocalCloud) -> None:
    made = server(cloud, "#!/no/such/interpreter\n")
    message = settled(cloud, made["id"], "ERROR")["fault"]["message"]
    assert message.startswith("user_data exited with status 127: ")


def test_background_programs_outlive_user_data_and_its_shell(either_cloud: LocalCloud) -> None:
    made = server(either_cloud, "#!/bin/sh\n(trap '' HUP; sleep 600) &\nsetsid sleep 601 &\n")
    settled(either_cloud, made["id"], "ACTIVE")

    def sleepers() -> list[str]:
        commands = [
            Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:2]
            for pid in process.of_server(made["id"])
        ]
        return sorted(command[1].decode() for command in commands if command[0] == b"sleep")

    wait_for(lambda: sleepers() == ["600", "601"])


def test_the_sandbox_hides_the_host(state: Path, tmp_path: Path) -> None:
    if sandbox.bubblewrap() is None:
        pytest.skip("bubblewrap does not work here")
    clouds = LocalClouds(state)
    cloud = clouds.session("project", {})
    script = f"""#!/bin/sh
touch /usr/hearth-test && echo BAD usr
test -e {state}/documents.sqlite3 && echo BAD state
kill -0 {os.getpid()} && echo BAD kill
mkdir -p /srv/hearth-test /hearth-test && touch /var/tmp/x && echo good
"""
    made = server(cloud, script)
    settled(cloud, made["id"], "ACTIVE", "ERROR")
    wait_for(lambda: "good" in console(cloud, made["id"]))
    assert "BAD" not in console(cloud, made["id"])
    assert not Path("/srv/hearth-test").exists()
    assert not Path("/hearth-test").exists()


def test_the_environment_is_the_server_s_own(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGINE_SECRET", "s3cret")
    made = server(cloud, "#!/bin/sh\nenv; ulimit -d; ulimit -c\nls -l /proc/self/fd\n")
    shown = settled(cloud, made["id"], "ACTIVE")
    wait_for(lambda: "524288" in console(cloud, made["id"]))
    text = console(cloud, made["id"])
    assert "s3cret" not in text
    assert f"HEARTH_ADDRESS={address(shown)}" in text
    url = shown["hearth:metadata_url"]
    assert f"HEARTH_METADATA_URL={url}\n" in text
    assert f"AWS_EC2_METADATA_SERVICE_ENDPOINT={url}/\n" in text
    assert "documents.sqlite3" not in text


def test_a_long_console_keeps_its_end(tmp_path: Path) -> None:
    folder = runtime.Folder(tmp_path / "server")
    folder.make()
    folder.console.write_bytes(b"x" * (5 * 1024 * 1024) + b"\nend\n")
    init.trim_console(folder.console)
    assert folder.console.stat().st_size == 1024 * 1024
    assert folder.console_tail(1) == "end"


def test_after_a_reboot_what_is_for_each_boot_runs_and_user_data_does_not(
    either_cloud: LocalCloud,
) -> None:
    script = """#!/bin/sh
echo once
start="${HEARTH_ROOT%/}/var/lib/cloud/scripts/per-boot/serve"
printf '#!/bin/sh\\necho at each\\n' > "$start"
chmod +x "$start"
"$start"
"""
    made = server(either_cloud, script)
    settled(either_cloud, made["id"], "ACTIVE")
    wait_for(lambda: console(either_cloud, made["id"]).splitlines() == ["once", "at each"])
    either_cloud.act("compute", "servers", made["id"], "reboot", {"type": "SOFT"})
    settled(either_cloud, made["id"], "ACTIVE")
    lines = wait_for(lambda: console(either_cloud, made["id"]).splitlines()[2:])
    assert lines == ["at each"]
    either_cloud.act("compute", "servers", made["id"], "rebuild", {"imageRef": "local"})
    settled(either_cloud, made["id"], "ACTIVE")
    wait_for(lambda: console(either_cloud, made["id"]).splitlines() == ["once", "at each"])
