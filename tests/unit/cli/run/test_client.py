"""Reading a user's template before it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from heat_engine.cli.run.client import read_template, same_template

TEMPLATE = """\
heat_template_version: 2021-04-16
resources:
  a:
    type: OS::Heat::Value
    properties: &shared
      value: {get_file: a.txt}
  b:
    type: nested.yaml
    properties: *shared
"""


def test_files_beside_the_template_are_read(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    (tmp_path / "a.txt").write_text("A")
    (tmp_path / "nested.yaml").write_text("heat_template_version: 2021-04-16")
    text, files = read_template(tmp_path / "t.yaml")
    assert text == TEMPLATE
    assert files == {"a.txt": "A", "nested.yaml": "heat_template_version: 2021-04-16"}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    with pytest.raises(SystemExit, match=r"cannot be read: No such file"):
        read_template(tmp_path / "t.yaml")
    with pytest.raises(SystemExit, match=r"none\.yaml cannot be read"):
        read_template(tmp_path / "none.yaml")


def test_what_is_no_yaml_is_left_to_the_engine(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("a: [")
    assert read_template(tmp_path / "t.yaml") == ("a: [", {})


def test_templates_are_compared_as_data() -> None:
    stored = {"heat_template_version": "2021-04-16"}
    assert same_template(stored, "heat_template_version: 2021-04-16")
    assert not same_template(stored, "heat_template_version: 2018-08-31")
    assert not same_template(stored, "a: [")
