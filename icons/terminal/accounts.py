"""`users` and `keys`: who may come in."""

import time
from contextlib import closing

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
    """`users` with its commands."""
    group = click.Group("users", help="Add, list, bound and disable accounts.")
    _add_accounts(group, opening)
    _add_access(group, opening)
    _add_bounds(group, opening)
    return group


def _add_accounts(group: click.Group, opening: Opening) -> None:
    @group.command("add")
    @click.argument("username")
    @click.option("--password", help="At least 8 characters; generated and shown once when left out.")
    @click.option("--admin", is_flag=True, help="May clear everybody's cache and see everybody's figures.")
    def add(username: str, password: str | None, admin: bool) -> None:
        """Add an account."""
        with closing(opening.house()) as house:
            account, chosen = house.accounts.add(username, password, Role.ADMIN if admin else Role.USER)
        click.echo(f"Account {account.subject} added." + ("" if password else f" Password (shown once): {chosen}"))

    @group.command("list")
    def list_all() -> None:
        """List all accounts."""
        with closing(opening.house()) as house:
            found = house.accounts.all()
        table = Table("name", "role", "added", "disabled", "id")
        for account in found:
            disabled = "yes" if account.disabled else ""
            table.add_row(account.subject, account.role.value, _date(account.created_at), disabled, account.id)
        Console().print(table)


def _add_access(group: click.Group, opening: Opening) -> None:
    @group.command("password")
    @click.argument("username")
    @click.password_option(help="At least 8 characters; asked for when left out.")
    def password(username: str, password: str) -> None:
        """Change an account's password. Its keys, and those who are signed in, stay."""
        with closing(opening.house()) as house:
            house.accounts.set_password(username, password)
        click.echo(f"The password of {username} has been changed.")

    @group.command("disable")
    @click.argument("username")
    def disable(username: str) -> None:
        """Let an account in no more: its password, keys, tokens and connections count no longer, within seconds."""
        with closing(opening.house()) as house:
            house.accounts.set_disabled(username, disabled=True)
        click.echo(f"{username} is disabled.")

    @group.command("enable")
    @click.argument("username")
    def enable(username: str) -> None:
        """Let a disabled account in again."""
        with closing(opening.house()) as house:
            house.accounts.set_disabled(username, disabled=False)
        click.echo(f"{username} is enabled.")


def _add_bounds(group: click.Group, opening: Opening) -> None:
    @group.command("budget")
    @click.argument("username")
    @click.option("--month", type=click.FloatRange(min=0), help="US dollars per calendar month. Left out: no bound.")
    def budget(username: str, month: float | None) -> None:
        """Bound what an account may spend on providers."""
        with closing(opening.house()) as house:
            account = house.accounts.by_name(username)
            house.engines.store.spending.set_budget(account.id, None if month is None else round(month * MICRO))
        click.echo(f"{username} may spend {'without a bound' if month is None else f'${month:g} a month'}.")

    @group.command("limit")
    @click.argument("username")
    @click.option(
        "--policy", required=True, type=click.Choice([policy.value for policy in Policy]), help="Which limit."
    )
    @click.option("--rate", help="Such as: 1000 per hour. Left out: as everybody.")
    def limit(username: str, policy: str, rate: str | None) -> None:
        """Let an account ask more or less often than everybody; holds within seconds."""
        with closing(opening.house()) as house:
            house.accounts.set_rate(username, Policy(policy), rate)
        click.echo(f"{username}, {policy}: {rate or 'as everybody'}")


def keys(opening: Opening) -> click.Group:
    """`keys add`."""
    group = click.Group("keys", help="Make API keys.")

    @group.command("add")
    @click.argument("name")
    @click.option("--user", default=ADMIN, show_default=True, help="Whose key it is.")
    def add(name: str, user: str) -> None:
        """Make an API key; it is shown once."""
        with closing(opening.house()) as house:
            made = house.accounts.add_key(house.accounts.by_name(user).id, name)
        click.echo(made.secret)

    return group
