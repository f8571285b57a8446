from __future__ import annotations

import dataclasses

import pytest

from heat_engine.settings import EngineSettings


def test_every_engine_has_an_id_of_its_own() -> None:
    assert EngineSettings().engine_id != EngineSettings().engine_id


def test_settings_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        EngineSettings().loops = 9  # type: ignore[misc]


def test_a_lease_outlives_several_looks() -> None:
    """An engine that is merely slow for a moment must not lose its work."""
    settings = EngineSettings()
    assert settings.lease_seconds > 3 * settings.scan_interval
