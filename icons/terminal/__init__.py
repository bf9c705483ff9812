"""The command line, a face like any other: it asks the very service that the web asks."""

from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import FlaskGroup, routes_command, shell_command

from icons.domain.errors import StudioError
from icons.terminal import accounts, backup, batch, doctor, generate, remote, secrets, serve, worker, ws_worker
from icons.terminal.opening import Opening


class CommandLine(FlaskGroup):
    """Flask's group, but listing the commands opens no house, and the product's errors are sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands given to this group."""
        return click.Group.list_commands(self, ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """One of them."""
        return click.Group.get_command(self, ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; StudioError becomes exit code 1 with its text."""
        try:
            return super().invoke(ctx)
        except StudioError as error:
            raise click.ClickException(error.message) from error


def command_line(opening: Opening, create_app: Callable[[], Flask]) -> click.Group:
    """All commands over what ``opening`` opens."""
    serving = serve.command(opening)

    def by_default() -> None:
        context = click.get_current_context()
        if context.invoked_subcommand is None:
            context.invoke(serving)

    group = CommandLine(
        name="app.py",
        create_app=create_app,
        add_default_commands=False,
        add_version_option=False,
        set_debug_flag=False,
        invoke_without_command=True,
        callback=by_default,
        help="Icon Studio: categories in, finished icons out. Without a command it serves.",
    )
    group.params.clear()  # Flask's --app and --env-file: there is one application, and `.env` is read by the settings
    commands = [
        serving,
        worker.command(opening),
        generate.command(opening),
        generate.styles_command(opening),
        batch.command(opening),
        remote.command(),
        ws_worker.command(opening),
        accounts.users(opening),
        accounts.keys(opening),
        secrets.command(opening),
        doctor.command(opening),
        *backup.commands(opening),
        routes_command,
        shell_command,
    ]
    for command in commands:
        group.add_command(command)
    return group
