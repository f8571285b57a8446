"""Serves Keystone on a loopback port, run by the Python of Keystone's own virtualenv.

    python server.py DIRECTORY PORT [LOCK]

DIRECTORY holds its database and keys. With a LOCK it goes to the background, the command ends when
it answers, and it ends itself as soon as nobody holds that file any more: whoever uses it has a
shared lock, which the system takes away however its holder dies.
"""

import fcntl
import importlib
import os
import socket
import sys
import threading
import time
from pathlib import Path

CONFIG = """
[DEFAULT]
public_endpoint = http://127.0.0.1:{port}
use_stderr = true
default_log_levels = py.warnings=ERROR,stevedore=CRITICAL,alembic=WARNING
[database]
connection = sqlite:///{directory}/keystone.db
sqlite_synchronous = false
[cache]
enabled = true
backend = oslo_cache.dict
[identity]
password_hash_rounds = 4
[fernet_tokens]
key_repository = {directory}/fernet
[fernet_receipts]
key_repository = {directory}/fernet
[credential]
key_repository = {directory}/credential
"""


def configure(directory: Path, port: int) -> Path:
    """Write keystone.conf."""
    path = directory / "keystone.conf"
    path.write_text(CONFIG.format(directory=directory, port=port))
    return path


def end_when_free(path: str) -> None:
    with Path(path).open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.5)
            else:
                os._exit(0)


def leave(port: int) -> None:
    """Go on as a process of its own; the one that was started ends when that one listens."""
    child = os.fork()
    if child == 0:
        os.setsid()
        return
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                os._exit(0)
        time.sleep(0.05)
    os._exit(1)


def main() -> None:
    directory, port, *lock = sys.argv[1:]
    del sys.argv[1:]  # Keystone reads it too
    os.environ["OS_KEYSTONE_CONFIG_FILES"] = str(configure(Path(directory), int(port)))
    if lock:
        leave(int(port))
        threading.Thread(target=end_when_free, args=lock, daemon=True).start()
    # What makes Keystone's configuration also reads it.
    application = importlib.import_module("keystone.wsgi.api").application
    waitress = importlib.import_module("waitress")
    # One at a time: SQLite refuses who writes while somebody else does.
    waitress.serve(application, host="127.0.0.1", port=int(port), threads=1, ident="")


if __name__ == "__main__":
    main()
