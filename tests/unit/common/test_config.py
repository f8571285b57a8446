"""Options: names, defaults, keys, files; and the sample says what the code says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from oslo_config import cfg

from common import config

ROOT = Path(__file__).resolve().parents[3]


def load(tmp_path: Path, text: str = "", **defaults: str) -> cfg.ConfigOpts:
    file = tmp_path / "heat.conf"
    file.write_text(text)
    return config.load(
        "heat-test", ["--config-file", str(file)], defaults=defaults, conf=cfg.ConfigOpts()
    )


def test_each_api_has_its_port(tmp_path: Path) -> None:
    conf = load(tmp_path)
    ports = [conf[group].bind_port for group in config.PORTS]
    assert ports == [8004, 8000, 8003]


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    conf = load(tmp_path, "[DEFAULT]\nmax_template_size = 7\n[heat_api]\nbind_port = 9\n")
    assert (conf.max_template_size, conf.heat_api.bind_port) == (7, 9)


def test_what_cannot_be_understood_ends_the_program(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="bind_port"):
        load(tmp_path, "[heat_api]\nbind_port = many\n")


def test_a_program_has_defaults_of_its_own(tmp_path: Path) -> None:
    conf = config.load(
        "heat-test",
        [],
        defaults={("paste_deploy", "flavor"): "custombackend"},
        conf=cfg.ConfigOpts(),
    )
    assert conf.paste_deploy.flavor == "custombackend"


def test_keys_come_from_the_option_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("new\n\nold\n")
    assert config.encryption_keys(load(tmp_path)) == []
    named = load(tmp_path, f"[DEFAULT]\nauth_encryption_key_file = {file}\n")
    assert config.encryption_keys(named) == ["new", "old"]
    given = "[DEFAULT]\nauth_encryption_key = a\nauth_encryption_previous_keys = b,c\n"
    assert config.encryption_keys(load(tmp_path, given)) == ["a", "b", "c"]


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    conf = load(tmp_path, f"[DEFAULT]\nauth_encryption_key_file = {tmp_path}/none\n")
    with pytest.raises(SystemExit, match="cannot be read"):
        config.encryption_keys(conf)


def test_without_a_connection_the_database_is_in_the_state(tmp_path: Path) -> None:
    conf = load(tmp_path, f"[DEFAULT]\nstate_path = {tmp_path}\n")
    assert config.database_url(conf) == f"sqlite:///{tmp_path.resolve()}/heat.db"


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("http://a:8004/v1/%(tenant_id)s", "http://a:8004/v1"),
        ("http://a:8000/v1/waitcondition", "http://a:8000/v1"),
        ("http://a/orchestration/v1/", "http://a/orchestration/v1"),
        ("http://a", "http://a/v1"),
    ],
)
def test_the_root_of_an_api(url: str, root: str) -> None:
    assert config.api_root(url) == root


def test_files_of_etc_are_found() -> None:
    assert config.find("api-paste.ini").is_absolute()
    with pytest.raises(SystemExit, match="no-such-file"):
        config.find("no-such-file")


def test_no_two_groups_have_an_option_twice() -> None:
    names = [(group, option.dest) for group, options in config.list_opts() for option in options]
    assert len(names) == len(set(names))


def test_the_sample_is_up_to_date(tmp_path: Path) -> None:
    made = tmp_path / "heat.conf.sample"
    subprocess.run(
        [
            Path(sys.executable).with_name("oslo-config-generator"),
            "--config-file",
            "etc/heat-config-generator.conf",
            "--output-file",
            str(made),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    ours = [line for line in made.read_text().splitlines() if line.startswith("#")]
    kept = (ROOT / "etc" / "heat.conf.sample").read_text().splitlines()
    assert [line for line in kept if line.startswith("#")] == ours, "run `make sample-config`"
