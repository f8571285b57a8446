"""Runs stories, one a seed, and judges what is left behind."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common import errors
from heat_engine.commands.update_preview import UNDECIDED
from tests.crash import acts, audit
from tests.crash.contents import template
from tests.crash.ground import LEASE, Failed, Ground
from tests.crash.stories import STORIES, Story
from tests.databases import fresh_database, hurry

# How long after its lease a dead engine's work may take to come to its right end.
GRACE = 2.0
PREVIEW = {"show_nested": True}
NESTED = ("OS::Heat::ResourceGroup", "OS::Heat::Stack")


@dataclass
class Result:
    """One seed. ``recovery``: seconds from the last death, or from the last thing that was done to
    the stack, to the right end; None without deaths before it. ``late``: that was more than lease
    and grace, which a busy machine may be to blame for. ``faults``: what is wrong, in words; empty
    is good."""

    seed: int
    kind: str
    story: str
    end: str = ""
    instants: list[str] = field(default_factory=list)
    takeovers: int = 0
    recovery: float | None = None
    seconds: float = 0.0
    late: bool = False
    faults: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        died = "; ".join(self.instants) or "nobody died"
        late = f" late: {self.recovery:.1f} s" if self.late and self.recovery else ""
        told = "".join(f"\n    {line}" for line in self.history)
        verdict = f"{self.faults or 'good'}{late}{told}"
        return f"seed {self.seed} ({self.kind}, {self.story} to {self.end}; {died}): {verdict}"


def kind_of(seed: int, kinds: Sequence[str]) -> str:
    """Seeds take turns with the kinds of database, so that each story meets all of them."""
    return kinds[(seed + seed // len(STORIES)) % len(kinds)]


def run(
    seed: int, kind: str, *, rabbit: str = "", disturb: Callable[[], None] | None = None
) -> Result:
    """One seed on one kind of database; ``disturb`` happens in the middle of it."""
    chosen = list(STORIES)[seed % len(STORIES)]
    result = Result(seed, kind, chosen)
    directory = Path(tempfile.mkdtemp(prefix="hearth-crash-"))
    began = time.monotonic()
    try:
        with fresh_database(kind, directory) as url:
            if disturb is None:
                # The database itself does not die.
                hurry(url)
            ground = Ground(url, directory, seed, rabbit)
            try:
                story = STORIES[chosen].told(ground.random)
                result.end = story.end
                _tell(ground, story, result, disturb)
            except (Failed, errors.HearthError, TimeoutError) as error:
                result.faults.append(f"{type(error).__name__}: {error}")
                result.history = ground.history()
            finally:
                ground.close()
                result.instants = [death.instant for death in ground.fleet.deaths]
                result.takeovers = ground.fleet.takeovers
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    result.seconds = time.monotonic() - began
    return result


def _tell(ground: Ground, story: Story, result: Result, disturb: Callable[[], None] | None) -> None:
    told = 0.0
    for act in story.acts:
        told = time.monotonic()
        act(ground)
    if disturb is not None:
        disturb()
    ground.reach(story.end)
    ended = time.monotonic()
    ground.fleet.disarm()
    deaths = [death.at for death in ground.fleet.deaths if death.at < ended]
    if deaths:
        result.recovery = ended - max(*deaths, told)
        result.late = result.recovery > LEASE + GRACE and disturb is None
        if result.late:
            result.history = ground.history()
    result.faults += _settled(ground, story.end) + _missed(ground, story)
    if story.end != "DELETE_COMPLETE":
        acts.delete(ground)
        ground.reach("DELETE_COMPLETE")
        result.faults += _settled(ground, "DELETE_COMPLETE")
    if result.faults and not result.history:
        result.history = ground.history()


def _missed(ground: Ground, story: Story) -> list[str]:
    """What an update to the story's goal would still do, at any depth."""
    if story.goal is None:
        return []
    content, version = story.goal
    wanted = template(content(version, ground.server))
    foreseen = ground.ask("preview_update_stack", template=wanted, params={}, args=PREVIEW)
    return [
        f"{entry['resource_name']} would be {what}"
        for what, entries in foreseen.items()
        for entry in entries
        if what != "unchanged" and not _open(what, entry)
    ]


def _open(what: str, entry: dict[str, Any]) -> bool:
    """Whether an update only looks: into what is nested, and at what is real."""
    return bool(entry.get(UNDECIDED)) or (what == "updated" and entry["resource_type"] in NESTED)


def _settled(ground: Ground, end: str) -> list[str]:
    """Faults that do not go away: a call of a killed engine's successor may be just ending."""
    deadline = time.monotonic() + LEASE + GRACE
    while True:
        found = audit.faults(
            ground.database,
            ground.cloud,
            ground.identity["stack_id"],
            end=end,
            former=ground.former,
        )
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)
