"""What at least two of the processes need."""

import sys

# Some of the oslo libraries import eventlet when it is installed, and one of them drags it along.
# We use threads only; None makes `import eventlet` fail in this process, as the import system
# documents, and saves 140 ms and 8 MiB at every start.
sys.modules.setdefault("eventlet", None)  # type: ignore[arg-type]
