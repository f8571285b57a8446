from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from heat_engine.traversal.inbox import Inbox


def test_the_first_message_asks_for_a_turn_and_the_rest_wait_for_it() -> None:
    asked: list[int] = []
    got: list[int] = []
    inbox = Inbox(lambda: asked.append(1))
    for number in range(3):
        inbox.post(lambda number=number: got.append(number))  # type: ignore[misc]
    assert (asked, got) == ([1], [])
    inbox.receive()
    inbox.rest()
    assert (asked, got) == ([1], [0, 1, 2])


def test_a_message_that_comes_during_a_turn_gets_the_next_one() -> None:
    asked: list[int] = []
    inbox = Inbox(lambda: asked.append(1))
    inbox.post(lambda: None)
    inbox.receive()
    inbox.post(lambda: None)
    assert asked == [1]
    inbox.rest()
    assert asked == [1, 1]


def test_a_closed_inbox_takes_nothing() -> None:
    asked: list[int] = []
    inbox = Inbox(lambda: asked.append(1))
    inbox.close()
    inbox.post(lambda: asked.append(2))
    inbox.receive()
    inbox.rest()
    assert asked == []


def test_no_message_is_lost_between_threads() -> None:
    got: list[int] = []
    with ThreadPoolExecutor(1) as turns, ThreadPoolExecutor(8) as posters:

        def turn() -> None:
            inbox.receive()
            inbox.rest()

        inbox = Inbox(lambda: turns.submit(turn))
        sent = [posters.submit(inbox.post, lambda: got.append(1)) for _ in range(500)]
        for done in sent:
            done.result()
        posters.shutdown()
        turns.submit(turn).result()
    assert len(got) == 500
