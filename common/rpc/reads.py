"""Calls that only read: which they are, and that they take turns in a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Calls that change nothing, and ask clouds at most for attributes or the files of a container. One
# that is lost with a broker may be asked again.
READS = frozenset(
    (
        "authenticated_to_backend",
        "count_stacks",
        "describe_stack_resource",
        "export_stack",
        "find_physical_resource",
        "generate_template",
        "get_environment",
        "get_files",
        "get_revision",
        "get_template",
        "identify_guest",
        "identify_stack",
        "list_events",
        "list_exports",
        "list_imports",
        "list_outputs",
        "list_resource_types",
        "list_services",
        "list_software_configs",
        "list_software_deployments",
        "list_stack_resources",
        "list_stacks",
        "list_template_functions",
        "list_template_versions",
        "metadata_software_deployments",
        "resource_schema",
        "show_output",
        "show_snapshot",
        "show_software_config",
        "show_software_deployment",
        "show_stack",
        "stack_list_snapshots",
        "validate_template",
    )
)
# Whoever checks a password lets the interpreter go for nearly all of the time.
BY_TURNS = READS - {"authenticated_to_backend"}
# A read that waits for a cloud does not hold up the others for longer.
PATIENCE_SECONDS = 0.25


class Turns:
    """Reads that compute at the same time take twice the processor time of reads that follow each
    other: at each statement of SQL one lets the interpreter go, and gets it back from a thread on
    another processor. So they go one by one, but none waits long for the one before it."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._patience = patience
        self._free = threading.Semaphore()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for those who came before; after the patience has run out, goes beside them."""
        mine = self._free.acquire(timeout=self._patience)
        try:
            yield
        finally:
            if mine:
                self._free.release()
