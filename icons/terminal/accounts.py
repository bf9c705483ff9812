"""`users` and `keys`: who may come in."""

import time

import click
from rich.console import Console
from rich.table import Table

from icons.domain.access import Role
from icons.terminal.opening import ADMIN, Opening


def _date(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(epoch)) + " UTC"


def users(opening: Opening) -> click.Group:
    """`users add` and `users list`."""
    group = click.Group("users", help="Add and list accounts.")

    @group.command("add")
    @click.argument("username")
    @click.option("--password", help="At least 8 characters; generated and shown once when left out.")
    @click.option("--admin", is_flag=True, help="May clear everybody's cache and see everybody's figures.")
    def add(username: str, password: str | None, admin: bool) -> None:
        """Add an account."""
        house = opening.house()
        try:
            account, chosen = house.accounts.add(username, password, Role.ADMIN if admin else Role.USER)
        finally:
            house.close()
        click.echo(f"Account {account.subject} added." + ("" if password else f" Password (shown once): {chosen}"))

    @group.command("list")
    def list_all() -> None:
        """List all accounts."""
        house = opening.house()
        try:
            found = house.accounts.all()
        finally:
            house.close()
        table = Table("name", "role", "added", "id")
        for account in found:
            table.add_row(account.subject, account.role.value, _date(account.created_at), account.id)
        Console().print(table)

    return group


def keys(opening: Opening) -> click.Group:
    """`keys add`."""
    group = click.Group("keys", help="Make API keys.")

    @group.command("add")
    @click.argument("name")
    @click.option("--user", default=ADMIN, show_default=True, help="Whose key it is.")
    def add(name: str, user: str) -> None:
        """Make an API key; it is shown once."""
        house = opening.house()
        try:
            made = house.accounts.add_key(house.accounts.by_name(user).id, name)
        finally:
            house.close()
        click.echo(made.secret)

    return group
