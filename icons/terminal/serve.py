"""`serve` and `worker`: the long-running commands."""

import signal
import threading
from pathlib import Path

import click

from icons.terminal.opening import ADMIN, FirstStart, Opening, welcome
from icons.web.server import EmbeddedServer


def command(opening: Opening) -> click.Command:
    """`serve`."""

    @click.command("serve")
    def serve() -> None:
        """Serve HTTP and Socket.IO, and draw, in this process."""
        opening.address.check()
        house = opening.house()
        opening.web(house).close()  # a wrong setting stops here, with a sentence
        first = welcome(house, opening)
        house.close()
        click.echo(_greeting(opening, first))
        opening.log()
        EmbeddedServer(opening.address, opening.house, opening.web).run()

    return serve


def worker_command(opening: Opening) -> click.Command:
    """`worker`."""

    @click.command("worker")
    def worker() -> None:
        """Draw what others ask for, without serving."""
        house = opening.house()
        stop = threading.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stop.set())
        opening.log()
        house.start()
        click.echo("Working. Stop with Ctrl-C; running jobs are finished or given back.")
        stop.wait()
        house.stop()

    return worker


def _greeting(opening: Opening, first: FirstStart) -> str:
    host = "127.0.0.1" if opening.address.host in ("0.0.0.0", "::") else opening.address.host  # noqa: S104 - compared
    url = f"http://{host}:{opening.address.port}"
    lines = [f"Icon Studio serves on {url}  (API: {url}/api-docs)"]
    if first.password:
        lines += [f"  Account {ADMIN}, password {first.password}  (shown once; keep it)"]
    lines += [
        "  Draw your first icon:",
        f"""    curl -X POST {url}/api/icons/generate -H "X-API-Key: $(cat {_shown(first.key_file)})" \\""",
        """      -H 'Content-Type: application/json' -d '{"category": "office supplies", "style": "modern"}'""",
        "  Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    """As the operator would write it: relative to where the command was started, when it lies below."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute)
