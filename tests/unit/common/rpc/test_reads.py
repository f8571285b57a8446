from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.rpc.reads import BY_TURNS, READS, Turns


def test_reads_go_one_by_one() -> None:
    turns = Turns(patience=20.0)
    inside: list[int] = []

    def read(number: int) -> bool:
        with turns.turn():
            inside.append(number)
            alone = inside == [number]
            inside.clear()
            return alone

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(400)))


def test_a_slow_read_does_not_hold_up_the_others_for_long() -> None:
    turns, begun, over = Turns(patience=0.01), threading.Event(), threading.Event()

    def slow() -> None:
        with turns.turn():
            begun.set()
            over.wait(20)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow)
        assert begun.wait(20)
        for _ in range(2):
            with turns.turn():
                assert not waiting.done()
        over.set()
    with turns.turn():
        assert not turns._free.acquire(blocking=False)  # who went beside gave nothing back


def test_a_failed_read_gives_its_turn_back() -> None:
    turns = Turns(patience=20.0)
    with pytest.raises(LookupError), turns.turn():
        raise LookupError
    assert turns._free.acquire(blocking=False)


def test_passwords_are_checked_without_waiting_for_a_turn() -> None:
    assert {"authenticated_to_backend"} == READS - BY_TURNS
