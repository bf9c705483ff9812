"""`users` and `keys`: who may come in."""

import time

import click
from rich.console import Console
from rich.table import Table

from icons.domain.access import Role
from icons.domain.rates import Policy
from icons.domain.spending import MICRO
from icons.terminal.opening import ADMIN, Opening


def _date(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(epoch)) + " UTC"


def users(opening: Opening) -> click.Group:
    """`users add`, `users list` and `users limit`."""
    group = click.Group("users", help="Add, list and limit accounts.")

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

    @group.command("budget")
    @click.argument("username")
    @click.option("--month", type=click.FloatRange(min=0), help="US dollars per calendar month. Left out: no bound.")
    def budget(username: str, month: float | None) -> None:
        """Bound what an account may spend on providers."""
        house = opening.house()
        try:
            account = house.accounts.by_name(username)
            house.engines.store.spending.set_budget(account.id, None if month is None else round(month * MICRO))
        finally:
            house.close()
        click.echo(f"{username} may spend {'without a bound' if month is None else f'${month:g} a month'}.")

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

    @group.command("limit")
    @click.argument("username")
    @click.option(
        "--policy", required=True, type=click.Choice([policy.value for policy in Policy]), help="Which limit."
    )
    @click.option("--rate", help="Such as: 1000 per hour. Left out: as everybody.")
    def limit(username: str, policy: str, rate: str | None) -> None:
        """Let an account ask more or less often than everybody; holds within seconds."""
        house = opening.house()
        try:
            house.accounts.set_rate(username, Policy(policy), rate)
        finally:
            house.close()
        click.echo(f"{username}, {policy}: {rate or 'as everybody'}")

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
