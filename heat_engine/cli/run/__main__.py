"""``python -m heat_engine.cli.run [--state DIR] [--template FILE]``."""

from __future__ import annotations

import argparse
import re
import threading
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from common import config, logs
from common.signals import Signals
from heat_engine.cli import all as heat_all
from heat_engine.cli.run import tree
from heat_engine.cli.run.client import Client, Refused, read_template, same_template
from heat_engine.cli.run.home import Home
from heat_engine.cli.together import Everything

# What resources wait for changes without an event.
_LOOK_SECONDS = 1.0


def main() -> None:
    arguments = _arguments()
    console = Console(highlight=False, soft_wrap=True)
    path = arguments.template or config.find("examples/web.yaml")
    text, files = read_template(path)  # before anything is made: it may not be there
    signals = Signals()
    home = Home(arguments.state)
    new = home.make()
    conf = heat_all.load(["--config-file", str(home.configuration)])
    conf.set_override("state_path", str(home.path))
    logs.setup(conf, "heat-all")
    account = home.account(conf)
    everything = Everything(conf)
    home.write_client_files(account, everything.ports)
    console.print(f"{'Made' if new else 'Found'} state in {home.path}")
    everything.start()
    try:
        endpoint = f"http://127.0.0.1:{everything.ports['heat-api']}/v1/{account.user.project_id}"
        client = Client(endpoint, account.user.name, account.password)
        name = _stack_name(path)
        _create(console, client, name, path, text, files)
        _watch(console, client, name, signals)
        _tell(console, client, name, home)
        signals.wait(reload=lambda: logs.reload(conf))
        console.print(
            "\nStopping. The servers of your stacks live on; `make run` takes them up again."
        )
    finally:
        everything.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--state", type=Path, default=Path("state"), help="state directory")
    parser.add_argument("--template", type=Path, help="template of the stack to create")
    return parser.parse_args()


def _stack_name(path: Path) -> str:
    """A legal name from the file's: a letter, then letters, digits, ``_``, ``.`` and ``-``."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem)[:200].lstrip("-_.0123456789")
    return name or "stack"


def _create(
    console: Console, client: Client, name: str, path: Path, text: str, files: dict[str, str]
) -> None:
    stack = client.stack(name)
    if stack is not None:
        console.print(f"The stack {name} is here from before.")
        if not same_template(client.template(stack), text):
            console.print(
                f"Its template is not what {path} says now. To change the stack:\n"
                f"  openstack stack update --wait -t {path} {name}"
            )
        return
    try:
        client.create(name, text, files)
    except Refused as cause:
        console.print(f"{path} was refused:", style="red")
        console.print(str(cause), markup=False)
        raise SystemExit(
            "Correct the template and type `make run` again. A parameter without a default can be "
            "given with: openstack stack create -t FILE --parameter KEY=VALUE NAME"
        ) from cause


def _watch(console: Console, client: Client, name: str, signals: Signals) -> None:
    """Show the tree, live until nothing is in progress; each event of the stack draws it anew."""
    stack, changed = client.stack(name), threading.Event()
    if stack is not None:
        threading.Thread(target=client.watch, args=(stack, changed), daemon=True).start()
    with Live(console=console, refresh_per_second=10, transient=False) as live:
        while (stack := client.stack(name)) is not None:
            live.update(tree.draw(stack, client.resources(stack)))
            if signals.stopping or not stack["stack_status"].endswith("_IN_PROGRESS"):
                break
            changed.wait(_LOOK_SECONDS)
            changed.clear()
    console.print()


def _tell(console: Console, client: Client, name: str, home: Home) -> None:
    stack = client.stack(name)
    if stack is None:
        return
    for output in stack.get("outputs") or []:
        console.print(f"[bold]{output['output_key']}[/] = {_plain(output['output_value'])}")
    console.print("\nIn another terminal:", style="bold")
    console.print(f"  . {home.openrc}", markup=False)
    for line in _next(stack):
        console.print(f"  {line}", markup=False)
    console.print("\nCtrl-C ends this; the log is in " + str(home.path / "heat.log"))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _next(stack: dict[str, Any]) -> list[str]:
    name = stack["stack_name"]
    urls = [
        output["output_value"]
        for output in stack.get("outputs") or []
        if str(output["output_value"]).startswith("http")
    ]
    lines = [f"curl {url}" for url in urls[:1]]
    lines += ["openstack stack list", f"openstack stack event list --follow {name}"]
    if "blue_text" in stack.get("parameters", {}):
        lines.append(
            f"openstack stack update --wait --existing --parameter blue_text='Hello again' {name}"
        )
    lines.append(f"openstack stack delete --yes --wait {name}")
    return lines


if __name__ == "__main__":
    main()
