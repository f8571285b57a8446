"""What the `openstack orchestration` commands tell."""

from __future__ import annotations

import yaml

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack
from tests.scenarios.clients.site import Site


def test_build_info(openstack: OpenStack) -> None:
    shown = openstack.read("orchestration", "build", "info")
    assert set(shown["api"]) == set(shown["engine"]) == {"revision"}


def test_service_list(openstack: OpenStack, site: Site) -> None:
    ada = OpenStack(site.clouds_file, "ada", openstack.directory, site.recorder)
    (engine,) = ada.read("orchestration", "service", "list")
    assert (engine["Binary"], engine["Topic"], engine["Status"]) == ("heat-engine", "engine", "up")
    assert engine["Engine ID"]
    assert "service:index" in openstack.run("orchestration", "service", "list", status=1)


def test_resource_type_list(openstack: OpenStack) -> None:
    listed = openstack.read("orchestration", "resource", "type", "list")
    names = [item["Resource Type"] for item in listed]
    assert "OS::Heat::RandomString" in names
    assert names == sorted(names)
    words = ("orchestration", "resource", "type", "list", "--long", "--filter")
    (found,) = openstack.read(*words, "name=OS::Heat::RandomS")
    assert found["Resource Type"] == "OS::Heat::RandomString"
    assert found["Description"]
    assert openstack.read(*words, "support_status=DEPRECATED") is not None
    assert "Invalid support status" in openstack.run(*words, "support_status=no", status=1)


def test_resource_type_show(openstack: OpenStack) -> None:
    words = ("orchestration", "resource", "type", "show", "OS::Heat::RandomString")
    shown = yaml.safe_load(openstack.run(*words))
    assert shown["properties"]["length"]["type"] == "integer"
    assert shown["attributes"]["value"]
    assert "description" not in shown
    assert yaml.safe_load(openstack.run(*words, "--long"))["description"]
    hot = yaml.safe_load(openstack.run(*words, "--template-type", "hot"))
    (resource,) = hot["resources"].values()
    assert resource["type"] == "OS::Heat::RandomString"
    cfn = yaml.safe_load(openstack.run(*words, "--template-type", "cfn"))
    assert cfn["HeatTemplateFormatVersion"] == "2012-12-12"
    told = openstack.run("orchestration", "resource", "type", "show", "OS::No", status=1)
    assert "Resource type not found: OS::No" in told


def test_template_version_list(openstack: OpenStack) -> None:
    listed = openstack.read("orchestration", "template", "version", "list")
    kinds = {item["Version"]: item["Type"] for item in listed}
    assert kinds["heat_template_version.2021-04-16"] == "hot"
    assert kinds["AWSTemplateFormatVersion.2010-09-09"] == "cfn"
    aliases = {item["Version"]: item["Aliases"] for item in listed}
    assert "heat_template_version.rocky" in aliases["heat_template_version.2018-08-31"]


def test_template_function_list(openstack: OpenStack) -> None:
    words = ("orchestration", "template", "function", "list")
    version = "heat_template_version.2021-04-16"
    plain = {item["Functions"] for item in openstack.read(*words, version)}
    more = {item["Functions"] for item in openstack.read(*words, "--with_conditions", version)}
    assert {"get_attr", "list_join", "if"} <= plain
    assert {"equals", "and"} <= more - plain
    told = openstack.run(*words, "heat_template_version.1", status=1)
    assert "Template version not found: heat_template_version.1" in told


def test_template_validate(openstack: OpenStack) -> None:
    openstack.write("inner.yaml", templates.INNER)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    environment = openstack.write("env.yaml", "parameters: {length: 9}\n")
    words = ("orchestration", "template", "validate", "-t", outer)
    shown = yaml.safe_load(
        openstack.run(*words, "-e", environment, "--show-nested", "--ignore-errors", "99001")
    )
    assert shown["Parameters"]["length"]["Value"] in (9, "9")
    assert shown["NestedParameters"]["inner"]["Parameters"]["length"]["Type"] == "Number"
    assert shown["Environment"]["parameters"] == {"length": 9}
    given = openstack.read(*words, "--parameter", "length=4")
    assert str(given["Parameters"]["length"]["Value"]) == "4"
    wrong = openstack.write("wrong.yaml", templates.WORDS.replace("RandomString", "RandomStrong"))
    told = openstack.run("orchestration", "template", "validate", "-t", wrong, status=1)
    assert "OS::Heat::RandomStrong" in told
