"""`ws-worker`: draws for a service elsewhere, connected to its `/ws`."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from icons.domain.workers import GENERAL, MAX_CAPACITY
from icons.terminal.opening import Opening
from icons.terminal.remote.access import secret, with_token
from icons.terminal.remote.serving import Introduction, OutsideWorker
from icons.terminal.remote.shelf import Shelf


def command(opening: Opening) -> click.Command:
    """`ws-worker`."""

    @click.command("ws-worker")
    @click.option("--url", required=True, help="Where the service takes workers, such as wss://icons.example.com/ws.")
    @with_token
    @click.option("--provider", help="Who draws: local, openai...; left out: the settings' default.")
    @click.option("--model", default="", help="Draw with this model only; left out: with any that is asked for.")
    @click.option("--name", default=socket.gethostname, show_default="this machine's", help="Shown to the service.")
    @click.option("--capacity", type=click.IntRange(1, MAX_CAPACITY), help="Requests at once; left out: the settings'.")
    def ws_worker(
        url: str, token: str | None, token_file: Path | None, provider: str | None, capacity: int | None, **about: Any
    ) -> None:
        """Draw for a service elsewhere with a provider of this machine's settings."""
        credential = secret(token, token_file)
        own = opening.own()
        chosen = provider or next(iter(own))
        if chosen not in own:
            raise click.UsageError(f"Name a provider that is set up here: {', '.join(own)}.")
        connection, engine = own[chosen]
        model = about["model"] or connection.model
        introduction = Introduction(
            url=_checked(url),
            token=credential,
            name=about["name"],
            capabilities=(GENERAL, *((about["model"],) if about["model"] else ())),
            capacity=capacity or min(connection.concurrency, MAX_CAPACITY),
        )
        opening.log()
        folder = opening.places.storage / "ws-worker"
        shelf = Shelf(opening.files(folder), folder)
        asyncio.run(_work(OutsideWorker(introduction, connection, engine, model, shelf), opening.drain))

    return ws_worker


async def _work(worker: OutsideWorker, drain: float) -> None:
    """Until the first SIGTERM or Ctrl-C, and what it then takes to end well; the second one ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(each: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(each)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, end, each)
    click.echo("Working for the service. Stop with Ctrl-C; what is being drawn is finished or given back.")
    await worker.run(stop, drain)


def _checked(url: str) -> str:
    """A wrong use of the command when workers cannot connect there."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("ws", "wss") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in url:
        raise click.UsageError("Write --url like ws://127.0.0.1:3560/ws or wss://icons.example.com/ws.")
    return url
