"""The numbers to hold: sizes of files, functions and classes; one test file a module; no paths."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("common", "heat_api", "heat_api_cfn", "heat_api_cloudwatch", "heat_engine")
FILE_LINES = 400
FUNCTION_LINES = 50
CLASS_METHODS = 20
# Tests of what several modules do together, kept beside those of the modules.
TOGETHER = {
    "tests/unit/language/test_any_document.py",
    "tests/unit/resources/openstack/test_local_cloud.py",
}
FORBIDDEN_IMPORTS = {"eventlet", "greenlet", "pickle", "marshal", "shelve"}
MACHINE = re.compile(r"(?<![\w/}>$)])/(?:home|root)/\w|--(?:extra-)?index-url")
HEADER = re.compile(r"licen[sc]ed under|copyright", re.IGNORECASE)


@cache
def tracked() -> tuple[Path, ...]:
    """The repository's files, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())


def python(*folders: str) -> list[Path]:
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_too_long() -> None:
    lengths = {
        name(path): len(path.read_bytes().splitlines()) for path in python(*PRODUCT, "tests")
    }
    assert len(lengths) > 20
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{name(path)}:{node.name}": lines
        for path in python(*PRODUCT)
        for node in functions(path)
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_no_class_has_too_many_methods() -> None:
    large = {
        f"{name(path)}:{node.name}": count
        for path in python(*PRODUCT)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
        and (count := sum(isinstance(item, ast.FunctionDef) for item in node.body)) > CLASS_METHODS
    }
    assert large == {}


def test_imports_stand_at_the_top_and_none_is_forbidden() -> None:
    wrong = []
    for path in python(*PRODUCT):
        inner = {item for node in functions(path) for item in ast.walk(node)}
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            modules = [alias.name for alias in node.names]
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            if node in inner or FORBIDDEN_IMPORTS & {item.split(".")[0] for item in modules}:
                wrong.append(f"{name(path)}:{node.lineno}")
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name(path)
        for path in python(*PRODUCT)
        if path.read_bytes().strip() and not ast.get_docstring(parsed(path))
    ]
    assert silent == []


def test_one_test_file_a_module() -> None:
    """A test in tests/unit has the place and the name of the module that it tests."""
    strays = []
    for path in python("tests"):
        parts = path.relative_to(ROOT).parts
        if parts[:2] != ("tests", "unit") or not path.name.startswith("test_"):
            continue
        # What takes long of a module's tests may stand in a second file.
        told = name(path).replace("_long.py", ".py")
        folder, stem = parts[2:-1], Path(told).stem.removeprefix("test_")
        choices = [Path(ROOT, *head, *folder, stem) for head in ((), ("heat_engine",))]
        if told not in TOGETHER and not any(
            base.with_suffix(".py").is_file() or base.is_dir() for base in choices
        ):
            strays.append(name(path))
    assert strays == []


@pytest.mark.parametrize("pattern", [MACHINE, HEADER], ids=["machine", "header"])
def test_nothing_of_the_machine_and_no_banners(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or path.suffix in {".png", ".lock"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []
