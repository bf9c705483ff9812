"""`remote`: a service elsewhere, asked over HTTP as everybody asks it."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from icons.domain.errors import InvalidRequest
from icons.domain.images import DRAWN
from icons.terminal.catalogue import read, with_notation
from icons.terminal.remote.access import secret, with_token
from icons.terminal.remote.client import Access, Client, Json
from icons.terminal.remote.session import Session, prepared, told
from icons.terminal.remote.work import find

Command = TypeVar("Command", bound=Callable[..., Any])

_SAVING: Final = (
    click.option("-o", "--output", default="out", show_default=True, type=click.Path(path_type=Path), help="Folder."),
)
_SUBMITTING: Final = (
    *_SAVING,
    click.option("--key", help="Idempotency key of an earlier run that was cut short: nothing is asked for twice."),
    click.option("--no-wait", is_flag=True, help="Print the id and leave; fetch it later with the command get."),
)
_LOOK: Final = (
    click.option("--style", help="Of icons: see the command styles. Of a prompt: vivid or natural."),
    click.option("--colors", "color_scheme", help="Colour scheme of icons; see the command styles."),
    click.option("--format", "format", type=click.Choice([each.value for each in DRAWN]), help="Of icons."),
    click.option("--provider", help="Who draws; left out: the server decides."),
    click.option("--model", help="Left out: the provider's default."),
    click.option("--quality", help="Such as hd, low, medium, high."),
)


def command() -> click.Group:
    """`remote` with its commands."""
    group = click.Group("remote", help="Ask a service elsewhere: server and token from options or ICON_STUDIO_*.")
    for each in (_generate, _batch, _status, _get):
        group.add_command(each)
    return group


def _with(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(function: Command) -> Command:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _in_session(function: Callable[..., None]) -> Callable[..., None]:
    """Add --server, --token and --json, and hand the command a session in place of them."""

    @click.option("--server", envvar="ICON_STUDIO_URL", help="Address of the service; also ICON_STUDIO_URL.")
    @with_token
    @click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, for scripts.")
    @functools.wraps(function)
    def with_session(
        server: str | None, token: str | None, token_file: Path | None, as_json: bool, **options: Any
    ) -> None:
        if not server:
            raise click.UsageError("Name the service with --server or ICON_STUDIO_URL.")
        try:
            access = Access.checked(server, secret(token, token_file))
        except InvalidRequest as error:
            raise click.UsageError(error.message) from error
        session = Session(access, as_json)
        if key := options.pop("key", None):
            session.key = key
        function(session, **options)

    return with_session


@click.command("generate")
@click.argument("text")
@click.option("--icon", is_flag=True, help="TEXT is a category, such as office supplies, to be drawn as an icon.")
@click.option("--size", help="Of icons: px, 16 to 2048. Of a prompt: such as 1024x1536.")
@click.option("-n", "--number", default=1, show_default=True, type=click.IntRange(1, 10), help="How many pictures.")
@_with(*_LOOK, *_SUBMITTING)
@_in_session
def _generate(
    session: Session, text: str, icon: bool, size: str | None, number: int, output: Path, no_wait: bool, **look: Any
) -> None:
    """Draw a prompt or, with --icon, a category, and save the pictures."""
    if icon:
        body = _icon_body({"categories": [text], "variations_per_category": number}, look, size)
    else:
        body = _picture_body(text, look, size, number)
    _carry_out(session, body, output, no_wait=no_wait, icons=icon)


@click.command("batch")
@click.argument("catalogue", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@with_notation
@click.option("--batch", "batch_id", help="Go on with a batch that was begun earlier, in place of CATALOGUE.")
@click.option("--size", type=click.IntRange(16, 2048), help="Width and height in px.")
@click.option("--concurrency", type=click.IntRange(1, 1000), help="Icons drawn at once.")
@_with(*_LOOK, *_SUBMITTING)
@_in_session
def _batch(
    session: Session,
    catalogue: str | None,
    notation: str | None,
    batch_id: str | None,
    size: int | None,
    concurrency: int | None,
    output: Path,
    no_wait: bool,
    **look: Any,
) -> None:
    """Draw all icons of a CATALOGUE: YAML, CSV or a category a line; - reads standard input."""
    if (catalogue is None) == (batch_id is None):
        raise click.UsageError("Name a catalogue, or with --batch the id of a batch that was begun earlier.")
    if batch_id is not None:
        _fetch(session, batch_id, output)
        return
    body = _icon_body(_read(catalogue or "-", notation), look, size)
    if concurrency:
        body["concurrency"] = concurrency
    _carry_out(session, body, output, no_wait=no_wait, icons=True)


@click.command("status")
@click.argument("some_id", metavar="ID")
@_in_session
def _status(session: Session, some_id: str) -> None:
    """Show how far a request or batch is."""

    async def ask(client: Client) -> Json:
        return (await find(client, some_id))[1]

    status = session.run(ask)
    if session.as_json:
        click.echo(json.dumps(status, ensure_ascii=False))
        return
    for name, value in told(status).items():
        click.echo(f"{name}: {value}")


@click.command("get")
@click.argument("some_id", metavar="ID")
@_with(*_SAVING)
@_in_session
def _get(session: Session, some_id: str, output: Path) -> None:
    """Save the pictures of a request or batch, once it has ended; what is there already stays."""
    _fetch(session, some_id, output)


def _fetch(session: Session, some_id: str, output: Path) -> None:
    folder = prepared(output)

    async def work(client: Client) -> int:
        return session.report(*await session.finish(client, await session.found(client, some_id), folder))

    raise SystemExit(session.run(work))


def _carry_out(session: Session, body: Json, output: Path, *, no_wait: bool, icons: bool) -> None:
    folder = prepared(output)

    async def work(client: Client) -> int:
        begun = await (session.submit_icons if icons else session.submit_pictures)(client, body)
        if no_wait:
            click.echo(json.dumps({"id": begun.id}) if session.as_json else begun.id)
            return 0
        return session.report(*await session.finish(client, begun, folder))

    raise SystemExit(session.run(work))


def _read(catalogue: str, notation: str | None) -> Json:
    try:
        return read(catalogue, notation)
    except InvalidRequest as error:
        raise click.UsageError(error.message) from error


def _icon_body(body: Json, look: Json, size: Any) -> Json:
    """What the command line says counts before what the catalogue says."""
    if size is not None:
        try:
            look = {**look, "size": int(size)}
        except ValueError:
            raise click.UsageError("Icons are square: write their --size as one number, such as 512.") from None
    return {**body, **_given(look)}


def _picture_body(prompt: str, look: Json, size: str | None, number: int) -> Json:
    if look["color_scheme"] or look["format"]:
        raise click.UsageError("--colors and --format are for icons; add --icon.")
    width, mark, height = (size or "").partition("x")
    if size and not (width.isdecimal() and (height.isdecimal() if mark else True)):
        raise click.UsageError("Write --size like 1024x1536, or as one number.")
    side = {"width": int(width), "height": int(height or width)} if size else {}
    parameters = {**side, **_given({"quality": look["quality"], "style": look["style"]}), "numberOfImages": number}
    return {"prompt": prompt, "parameters": parameters, **_given({name: look[name] for name in ("provider", "model")})}


def _given(options: Json) -> Json:
    return {name: value for name, value in options.items() if value is not None}
