from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from common import loading


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_named_is_loaded_and_looked_through_no_more() -> None:
    before = gc.get_freeze_count()
    assert loading.load("common.loading:load") is loading.load
    assert gc.get_freeze_count() > before
    assert gc.isenabled()


def test_garbage_is_collected_again_where_there_is_nothing_of_that_name() -> None:
    with pytest.raises(ImportError):
        loading.load("common.nothing:load")
    assert gc.isenabled()
