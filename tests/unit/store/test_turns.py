from __future__ import annotations

import threading

from heat_engine.store import turns
from heat_engine.store.database import Database
from heat_engine.store.session import Session


def test_one_after_the_other(database: Database) -> None:
    """What the first one holds, the second one waits for; another project's it does not."""
    seen: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def first(session: Session) -> None:
        turns.take(session, "stacks", "p")
        inside.set()
        assert leave.wait(10)
        seen.append("first")

    def second(session: Session) -> None:
        turns.take(session, "stacks", "p")
        seen.append("second")

    threads = [threading.Thread(target=database.transact, args=(first,))]
    threads[0].start()
    assert inside.wait(10)
    threads.append(threading.Thread(target=database.transact, args=(second,)))
    threads[1].start()
    threads[1].join(0.1)
    assert seen == []
    leave.set()
    for thread in threads:
        thread.join(10)
    assert seen == ["first", "second"]
