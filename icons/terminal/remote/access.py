"""Where the service is and what opens it, as options that all commands of the kind share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

TOKEN: Final = "ICON_STUDIO_TOKEN"  # noqa: S105 - the variable's name
_OPTIONS: Final = (
    click.option(
        "--token", envvar=TOKEN, help=f"Access token or API key. Better in {TOKEN}: others see command lines."
    ),
    click.option(
        "--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file that holds it."
    ),
)


def with_token(command: Command) -> Command:
    """Add --token and --token-file; `secret` reads them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def secret(token: str | None, file: Path | None) -> str:
    """The token. A wrong use of the command when there is none."""
    if file:
        try:
            token = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{file} cannot be read.") from error
    if not token:
        raise click.UsageError(f"Give a token: set {TOKEN}, or name a file with --token-file.")
    return token.strip()
