"""One run of a remote command: asks, follows, saves, reports; and what it says when it is cut short."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from icons.domain.errors import StudioError
from icons.terminal import output
from icons.terminal.remote.client import Access, Client, Json, identifier, plain
from icons.terminal.remote.following import Saved, collect, follow
from icons.terminal.remote.work import IconBatch, PictureRequest, Work, find
from icons.terminal.running import INTERRUPTED

Value = TypeVar("Value")


class Misused(click.ClickException):
    """What was asked for, or with what, is wrong: exit code 2. Everything else that fails is click's own, 1."""

    exit_code = 2


@dataclass(slots=True)
class Session:
    """What a command knows while it runs."""

    access: Access
    as_json: bool
    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    key: str = field(default_factory=lambda: str(uuid.uuid4()))  # the submission's idempotency key
    resume: str = ""  # what to say when the command is cut short

    def run(self, work: Callable[[Client], Awaitable[Value]]) -> Value:
        """The outcome of ``work``; errors end the command with a sentence, Ctrl-C with how to go on."""

        async def main() -> Value:
            async with Client(self.access, self._tell) as client:
                return await work(client)

        try:
            return asyncio.run(main())
        except KeyboardInterrupt:
            click.echo(f"Stopped. {self.resume}".rstrip(), err=True)
            raise SystemExit(INTERRUPTED) from None
        except StudioError as error:
            if 400 <= error.status < 500 and error.status not in (402, 429):
                raise Misused(error.message) from None
            raise click.ClickException(f"{error.message} {self.resume}".rstrip()) from None

    async def submit_icons(self, client: Client, body: Json) -> Work:
        """Ask for a batch of icons."""
        answer = await self._submit(client, "/api/icons/generate/batch", body)
        return self._begun(IconBatch(identifier(answer, "batch_id")))

    async def submit_pictures(self, client: Client, body: Json) -> Work:
        """Ask for the pictures of a prompt."""
        answer = await self._submit(client, "/api/images/generate", body)
        return self._begun(PictureRequest(identifier(answer, "requestId")))

    async def found(self, client: Client, some_id: str) -> Work:
        """What was asked for earlier."""
        return self._begun((await find(client, some_id))[0])

    async def finish(self, client: Client, work: Work, folder: Path) -> tuple[Work, str, list[Saved]]:
        """Follow the work to its end and save what it has brought."""
        await follow(client, work, self.console)
        return (work, *await collect(client, work, folder))

    def report(self, work: Work, status: str, saved: list[Saved]) -> int:
        """Say what has become of it; the exit code."""
        if self.as_json:
            pictures = [{"asked": each.asked, "file": _text(each.path), "error": each.error or None} for each in saved]
            click.echo(json.dumps({"id": work.id, "status": status, "pictures": pictures}, ensure_ascii=False))
        else:
            for each in saved:
                if each.path:
                    click.echo(str(each.path))
                else:
                    click.echo(f"{each.asked}: {each.error}", err=True)
        return 0 if saved and all(each.path for each in saved) else 1

    async def _submit(self, client: Client, path: str, body: Json) -> Json:
        self.resume = f"Nothing is asked for twice if you run the same command with --key {self.key}."
        return await client.submit(path, body, self.key)

    def _begun(self, work: Work) -> Work:
        self.resume = f"The server goes on by itself. Fetch it with: python app.py remote get {work.id}"
        return work

    def _tell(self, sentence: str) -> None:
        self.console.print(sentence, markup=False, soft_wrap=True)


def prepared(folder: Path) -> Path:
    """The folder, made where it was missing. A wrong use of the command when it cannot be."""
    try:
        output.prepare(folder)
    except StudioError as error:
        raise click.UsageError(error.message) from error
    return folder


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def told(status: Json) -> dict[str, str]:
    """How far something is, for people."""
    shown = {name: value for name, value in status.items() if name not in ("timestamp", "correlationId", "seq")}
    return {plain(name): "" if value is None else plain(value) for name, value in shown.items()}
