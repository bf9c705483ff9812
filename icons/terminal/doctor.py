"""`doctor`: tries each part that the service needs and says what to fix."""

import asyncio
import shutil
from collections.abc import Callable
from functools import partial

import click
from rich.console import Console

from icons.core.house import House
from icons.core.ports import Provider
from icons.domain.errors import StudioError
from icons.domain.images import Format
from icons.domain.requests import IconRequest, Order
from icons.terminal.opening import Opening

LEAST_SPACE = 200 * 10**6  # bytes: some thousand icons and the database's log


def command(opening: Opening) -> click.Command:
    """`doctor`."""

    @click.command("doctor")
    def doctor() -> None:
        """Check settings, storage, templates, port and providers; say what to fix."""
        console = Console(highlight=False)
        try:
            house = opening.house()
        except StudioError as error:
            console.print(f"[red]✗[/] settings, store, files, templates: {error.message}")
            raise SystemExit(1) from error
        console.print("[green]✓[/] settings, store, files, templates")
        checks: dict[str, Callable[[], str]] = {
            "database": lambda: _database(house),
            "image files": lambda: _files(house),
            "disk space": lambda: _space(opening),
            "port": lambda: _port(opening),
        }
        for name, (_, provider) in house.engines.own.items():
            checks[f"provider {name}"] = partial(_provider, house, provider)
        results = [_report(console, name, check) for name, check in checks.items()]
        house.close()
        console.print("All is well." if all(results) else "Fix what is marked ✗ and run doctor again.")
        raise SystemExit(0 if all(results) else 1)

    return doctor


def _report(console: Console, name: str, check: Callable[[], str]) -> bool:
    try:
        console.print(f"[green]✓[/] {name}: {check()}")
    except StudioError as error:
        console.print(f"[red]✗[/] {name}: {error.message}")
        return False
    return True


def _database(house: House) -> str:
    house.engines.store.ping()
    return f"answers, {len(house.accounts.all())} accounts"


def _files(house: House) -> str:
    house.engines.files.put("doctor/probe.txt", b"probe")
    with house.engines.files.open("doctor/probe.txt") as file:
        whole = file.read() == b"probe"
    house.engines.files.delete("doctor/probe.txt")
    if not whole:
        raise StudioError("A file was not read back as written; check the disk.")
    return "written, read back, removed"


def _space(opening: Opening) -> str:
    free = shutil.disk_usage(opening.storage).free
    if free < LEAST_SPACE:
        raise StudioError(
            f"{free // 10**6} MB are free, at least {LEAST_SPACE // 10**6} MB are wanted; "
            "free some, or set CACHE_MAX_BYTES."
        )
    return f"{free / 10**9:.1f} GB free"


def _port(opening: Opening) -> str:
    opening.address.check()
    return f"{opening.address.host}:{opening.address.port} is free"


def _provider(house: House, provider: Provider) -> str:
    async def draw() -> int:
        request = IconRequest(category="office supplies", size=64)
        try:
            answer = await provider.draw(Order(request.prompt(house.service.library), 64, 64, Format.PNG))
        finally:
            await provider.close()
        return len(answer.pictures[0].data)

    return f"drew an icon of {asyncio.run(draw())} bytes"
