"""`serve`: HTTP and Socket.IO, and a first word to who starts it."""

import os
import sys
from pathlib import Path

import click

from icons.servers.embedded import EmbeddedServer
from icons.terminal.forked import started
from icons.terminal.opening import ADMIN, FirstStart, Opening, welcome


def command(opening: Opening) -> click.Command:
    """`serve`."""

    @click.command("serve")
    def serve() -> None:
        """Serve HTTP and Socket.IO.

        With QUEUE_URL=embedded: it draws, too, in this process. With a queue in PostgreSQL, with green threads
        (WEB_RUNTIME) or several processes (WEB_WORKERS) it only serves; start workers beside it.
        """
        opening.serving.check()
        first = started(lambda: _try(opening))
        first.join()
        if first.exitcode:
            raise SystemExit(first.exitcode)
        opening.log()
        if opening.serving.alone:
            EmbeddedServer(opening.serving, opening.house, opening.web).run()
        else:  # in place of this process: what it has imported must not be in one that is patched
            os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", str(opening.server)])  # noqa: S606 - no shell

    return serve


def _try(opening: Opening) -> None:
    """Open everything once and greet: a wrong setting stops here, with a sentence."""
    house = opening.house()
    opening.web(house).close()
    first = welcome(house, opening)
    house.close()
    click.echo(_greeting(opening, first, draws=house.engines.queue.exclusive and opening.serving.alone))


def _greeting(opening: Opening, first: FirstStart, *, draws: bool) -> str:
    url = opening.serving.url
    lines = [f"Icon Studio serves on {url}  (API: {url}/api-docs)"]
    if first.password:
        lines += [f"  Account {ADMIN}, password {first.password}  (shown once; keep it)"]
    if not first.key_file:
        lines += ["  An API key, shown once: python app.py keys add NAME"]
    key = f"$(cat {_shown(first.key_file)})" if first.key_file else "$KEY"
    lines += [
        "  Draw your first icon:",
        f"""    curl -X POST {url}/api/icons/generate -H "X-API-Key: {key}" \\""",
        """      -H 'Content-Type: application/json' -d '{"category": "office supplies", "style": "modern"}'""",
        *(() if draws else ("  Nothing is drawn here; start workers beside it: python app.py worker --processes 2",)),
        "  Stop with Ctrl-C.",
    ]
    return "\n".join(lines)


def _shown(path: Path) -> str:
    """As the operator would write it: relative to where the command was started, when it lies below."""
    absolute = path.absolute()
    return str(absolute.relative_to(Path.cwd()) if absolute.is_relative_to(Path.cwd()) else absolute)
