"""What several tests do on the pages."""

import itertools
import zipfile
from pathlib import Path

from playwright.sync_api import APIResponse, Page, expect

_NUMBERS = itertools.count(1)


def visit(page: Page, name: str) -> None:
    """Goes to a page by the navigation."""
    page.get_by_role("navigation").get_by_role("link", name=name).click()
    page.get_by_role("main").get_by_role("heading", level=1).wait_for()


def spoil(page: Page, *names: str) -> None:
    """Makes tokens of the kept session worthless, as if they had run out, and loads the page with them."""
    for name in names:
        page.evaluate(
            """(name) => {
                const key = 'icon-studio.session', session = JSON.parse(localStorage.getItem(key));
                localStorage.setItem(key, JSON.stringify({ ...session, [name]: 'spoilt' }));
            }""",
            name,
        )
    page.evaluate("dispatchEvent(new StorageEvent('storage', { key: 'icon-studio.session' }))")


def ask(page: Page, method: str, path: str, *, headers: dict[str, str] | None = None, **options) -> APIResponse:
    """A request of the signed-in person, as their own program would make it."""
    token = page.evaluate("JSON.parse(localStorage.getItem('icon-studio.session')).access")
    address = page.evaluate("location.origin") + path
    sent = {"Authorization": f"Bearer {token}", **(headers or {})}
    answer = page.request.fetch(address, method=method, headers=sent, **options)
    assert answer.ok, answer.text()
    return answer


def connect(page: Page, provider, name: str, **fields) -> str:
    """A connection to the tests' provider; its id."""
    body = {"name": name, "provider": "openai", "baseUrl": provider.address("openai"), "apiKey": "sk-test-0123456789"}
    return ask(page, "POST", "/api/profiles", data={**body, **fields}).json()["id"]


def fresh(count: int) -> list[str]:
    """Categories that nobody has asked for yet, so that the cache does not know them."""
    return [f"Thing {next(_NUMBERS)}" for _ in range(count)]


def start_batch(page: Page, categories: list[str], size: str = "64") -> str:
    """Asks for a batch; its id, once its sheet is shown."""
    visit(page, "Batches")
    page.get_by_label("Categories").fill("\n".join(categories))
    page.get_by_role("radio", name=size, exact=True).check()
    page.get_by_role("button", name=f"Draw {len(categories):,} icon").click()
    page.get_by_role("link", name="Batches").first.wait_for()
    page.wait_for_url("**/#/batches/*")
    return page.url.rpartition("/")[2]


def cells(page: Page):
    """All cells of the contact sheet or gallery."""
    return page.get_by_role("main").get_by_role("list", name="Icons").get_by_role("listitem")


def finished(page: Page):
    """Its finished cells."""
    return page.get_by_role("main").get_by_role("button", name="Show ")


def expect_done(page: Page, count: int) -> None:
    """The batch is done and every cell shows its icon."""
    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    expect(finished(page)).to_have_count(count)


def zipped(page: Page, button: str, folder: Path) -> list[zipfile.ZipInfo]:
    """The pictures in a zip that a button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    download.value.save_as(folder / "icons.zip")
    return [each for each in zipfile.ZipFile(folder / "icons.zip").infolist() if each.filename.endswith(".png")]
