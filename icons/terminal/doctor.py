"""`doctor`: tries each part that the service needs and says what to fix."""

import asyncio
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

import click
from limits.storage import storage_from_string
from rich.console import Console
from rich.markup import escape

from icons.core.house import House
from icons.core.paying import FREE
from icons.core.ports import Bus, Provider, Queue, Signer
from icons.domain.access import Connection
from icons.domain.errors import StudioError
from icons.domain.images import Format
from icons.domain.requests import IconRequest, Order
from icons.terminal.opening import Opening

LEAST_SPACE: Final = 200 * 10**6  # bytes: some thousand icons and the database's log
_CLOCKS: Final = 5.0  # seconds that this machine's clock and the database's may differ: tokens are dated by the former
_PATIENCE: Final = 5.0  # seconds for a doorbell to be heard, or a signed address to answer
_OWED: Final = 6 * 3600.0  # seconds that a webhook may be owed before somebody should look
_PROBE: Final = b"probe"


def command(opening: Opening) -> click.Command:
    """`doctor`."""

    @click.command("doctor")
    @click.option("--deep", is_flag=True, help="Look for the file of every image, too.")
    def doctor(deep: bool) -> None:
        """Try every part that the settings name; say what to fix.

        Costs nothing: of paid providers it asks only whether they accept the key.
        """
        console = Console(highlight=False, soft_wrap=True)
        try:
            house = opening.house()
        except StudioError as error:
            console.print(f"[red]✗[/] settings, store, files, queue, bus, templates: {escape(error.message)}")
            raise SystemExit(1) from error
        checks = _checks(opening, house)
        if deep:
            checks["every image"] = lambda: _images(house)
        results = [_report(console, name, check) for name, check in checks.items()]
        house.close()
        console.print("All is well." if all(results) else "Fix what is marked ✗ and run doctor again.")
        raise SystemExit(0 if all(results) else 1)

    return doctor


def _checks(opening: Opening, house: House) -> dict[str, Callable[[], str]]:
    engines = house.engines
    checks: dict[str, Callable[[], str]] = {
        "templates": lambda: _templates(house),
        "database": lambda: _database(house),
        "image files": lambda: _files(house),
        "queue": lambda: _bell(engines.queue, "QUEUE_URL"),
        "bus": lambda: _bell(engines.bus, "BUS_URL"),
        "request limits": lambda: _limits(opening.limits_storage),
        "webhooks": lambda: _webhooks(house),
        "web": lambda: _web(opening, house),
        "port": lambda: _port(opening),
        "disk space": lambda: _space(opening),
    }
    if engines.signer:
        checks["signed addresses"] = partial(_signed, house, engines.signer)
    for name, (connection, provider) in engines.own.items():
        checks[f"provider {name}"] = partial(_provider, house, connection, provider)
    return checks


def _report(console: Console, name: str, check: Callable[[], str]) -> bool:
    try:
        console.print(f"[green]✓[/] {name}: {escape(check())}")
    except StudioError as error:
        console.print(f"[red]✗[/] {name}: {escape(error.message)}")
        return False
    return True


def _templates(house: House) -> str:
    library = house.service.library
    return f"{len(library.styles)} styles, {len(library.schemes)} colour schemes"


def _database(house: House) -> str:
    facts = house.engines.store.about()
    ahead = facts.clock - time.time()
    if abs(ahead) > _CLOCKS:
        raise StudioError(
            f"Its clock and this machine's differ by {abs(ahead):.0f} s. Set both by NTP: tokens and signed addresses "
            "would end too early or too late."
        )
    return (
        f"{house.engines.store.kind} {facts.version} answers, schema {facts.schema}, clock right, "
        f"{len(house.accounts.all())} accounts"
    )


def _files(house: House) -> str:
    files, name = house.engines.files, _probe_name()
    files.put(name, _PROBE)
    try:
        with files.open(name) as file:
            whole = file.read() == _PROBE
    finally:
        files.delete(name)
    if not whole:
        raise StudioError("A file was not read back as written; check the disk or the bucket.")
    return "written, read back, removed"


def _signed(house: House, signer: Signer) -> str:
    """As a browser sees it, if this machine reaches the address as browsers do."""
    files, name = house.engines.files, _probe_name()
    files.put(name, _PROBE)
    try:
        with urlopen(signer.address(name, 60, "text/plain", "inline"), timeout=_PATIENCE) as answer:  # noqa: S310 - ours
            whole = answer.read() == _PROBE
    except (URLError, TimeoutError) as error:
        raise StudioError(
            f"{signer.origin} does not show a file by a signed address ({type(error).__name__}). Correct the keys or "
            "public_endpoint in STORAGE_URL, or set IMAGE_URLS=service."
        ) from error
    finally:
        files.delete(name)
    if not whole:
        raise StudioError(f"{signer.origin} shows something else than what was stored; correct public_endpoint.")
    return f"{signer.origin} shows a file by a signed address"


def _probe_name() -> str:
    return f"doctor/{uuid.uuid4().hex}.txt"


def _bell(bell: Queue | Bus, setting: str) -> str:
    heard = threading.Event()
    unlisten = bell.listen(heard.set)
    try:
        # The first call may be that of a connection made; where nothing is heard, nothing is connected either.
        bell.ring()
        if not heard.wait(_PATIENCE):
            raise StudioError(f"A ring was not heard within {_PATIENCE:.0f} s; see that {setting} answers.")
    finally:
        unlisten()
    return "a ring was heard"


def _limits(url: str) -> str:
    kind = url.partition(":")[0]
    if kind == "memory":
        return "counted by process; a fleet wants RATELIMIT_STORAGE_URL"
    try:
        answers = storage_from_string(url).check()
    except Exception as error:  # each storage has errors of its own, and none of them may end the other checks
        raise StudioError(f"RATELIMIT_STORAGE_URL cannot be used ({type(error).__name__}); correct it.") from error
    if not answers:
        raise StudioError(f"The {kind} of RATELIMIT_STORAGE_URL does not answer; until it does nobody is limited.")
    return f"{kind} answers"


def _webhooks(house: House) -> str:
    pending, oldest = house.engines.store.hooks.backlog()
    if oldest and oldest > _OWED:
        raise StudioError(
            f"{pending} are owed, one for {oldest / 3600:.0f} h. See /api/webhooks/deliveries for what their addresses "
            "answer, and that a worker runs."
        )
    return f"{pending} owed"


def _web(opening: Opening, house: House) -> str:
    opening.web(house).close()
    return "its settings fit together"


def _port(opening: Opening) -> str:
    opening.serving.check()
    return f"{opening.serving.host}:{opening.serving.port} is free"


def _space(opening: Opening) -> str:
    free = shutil.disk_usage(opening.places.storage).free
    if free < LEAST_SPACE:
        raise StudioError(
            f"{free // 10**6} MB are free, at least {LEAST_SPACE // 10**6} MB are wanted; "
            "free some, or set CACHE_MAX_BYTES."
        )
    return f"{free / 10**9:.1f} GB free"


def _provider(house: House, connection: Connection, provider: Provider) -> str:
    if connection.provider not in FREE:
        return house.engines.test_connection(connection)
    return f"drew an icon of {asyncio.run(_drawn(house, provider))} bytes"


async def _drawn(house: House, provider: Provider) -> int:
    request = IconRequest(category="office supplies", size=64)
    try:
        answer = await provider.draw(Order(request.prompt(house.service.library), 64, 64, Format.PNG))
    finally:
        await provider.close()
    return len(answer.pictures[0].data)


def _images(house: House) -> str:
    missing = sum(1 for _ in house.gallery.missing())
    if missing:
        raise StudioError(
            f"{missing} images have rows but no files. Restore the files from a backup: docs/how-to/backup.md."
        )
    return "has its file"
