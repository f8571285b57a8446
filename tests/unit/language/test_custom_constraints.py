from __future__ import annotations

import pytest

from heat_engine.language import custom_constraints


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ip_addr", "10.0.0.1"),
        ("ip_addr", "fe80::1"),
        ("mac_addr", "fa:16:3e:00:00:01"),
        ("mac_addr", "FA-16-3E-00-00-01"),
        ("mac_addr", "fa16.3e00.0001"),
        ("mac_addr", "fa163e000001"),
        ("net_cidr", "10.0.0.0/24"),
        ("net_cidr", "10.0.0.7/24"),
        ("ip_or_cidr", "10.0.0.1"),
        ("ip_or_cidr", "10.0.0.0/8"),
        ("iso_8601", "2026-01-01T00:00:00Z"),
        ("expiration", "2026-01-01T00:00:00"),
        ("expiration", ""),
        ("cron_expression", "*/5 0 * * 1-5"),
        ("cron_expression", "0,30 23 L jan-Mar mon,SUN"),
        ("cron_expression", "59 0 15W 12 5#3 59"),
        ("cron_expression", ""),
        ("timezone", "Europe/Berlin"),
        ("timezone", ""),
        ("json_string", '{"a": 1}'),
        ("json_string", ""),
        ("dns_name", "a.example.com."),
        ("rel_dns_name", "a.example"),
        ("rel_dns_name", ""),
        ("dns_domain", "example.com."),
        ("dns_domain", ""),
        ("test_constr", "0.5"),
        ("neutron.network", "whatever"),
    ],
)
def test_what_holds(name: str, value: str) -> None:
    assert custom_constraints.check(name, value) is None


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ip_addr", "300.0.0.1", "Invalid IP address"),
        ("mac_addr", "fa:16:3e", "Invalid MAC address."),
        ("mac_addr", "fa:16:3e-00-00-01", "Invalid MAC address."),
        ("net_cidr", "10.0.0.0", "Invalid net cidr "),
        ("net_cidr", "10.0.0.0/99", "Invalid net cidr "),
        ("ip_or_cidr", "x", "Invalid IP address"),
        ("iso_8601", "yesterday", "Invalid isoformat"),
        ("expiration", "yesterday", "Expiration yesterday is invalid: "),
        ("cron_expression", "often", "Invalid CRON expression: "),
        ("cron_expression", "60 * * * *", "Invalid CRON expression: [60 * * * *] is "),
        ("cron_expression", "* 24 * * *", "Invalid CRON expression: "),
        ("cron_expression", "* * 0 * *", "Invalid CRON expression: "),
        ("cron_expression", "* * * 13 *", "Invalid CRON expression: "),
        ("cron_expression", "* * * mon *", "Invalid CRON expression: "),
        ("cron_expression", "*/0 * * * *", "Invalid CRON expression: "),
        ("cron_expression", "1- * * * *", "Invalid CRON expression: "),
        ("timezone", "Mars/Olympus", "Invalid timezone: "),
        ("timezone", "../../etc/passwd", "Invalid timezone: "),
        ("json_string", "{", "JSON string { is invalid: "),
        ("dns_name", "-a.example", "'-a.example' not in valid format. Reason: "),
        ("dns_name", "a" * 300, f"'{'a' * 300}' not in valid format. Reason: "),
        ("rel_dns_name", "a.", "'a.' is a FQDN. It should be a relative domain name."),
        ("dns_domain", "a", "'a' must end with '.'."),
        ("test_constr", "x", "could not convert"),
    ],
)
def test_what_does_not(name: str, value: str, reason: str) -> None:
    assert (custom_constraints.check(name, value) or "").startswith(reason)


def test_an_unknown_name() -> None:
    with pytest.raises(KeyError):
        custom_constraints.check("nova.nonsense", "x")
