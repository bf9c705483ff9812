"""What tests of the gallery do on the page, and behind its back."""

import io

from PIL import Image as Pillow
from playwright.sync_api import Page

from tests.browser.flows import ask


def picture(colour: str = "#4f46e5", size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def upload(page: Page, name: str, tags: str = "[]", colour: str = "#4f46e5") -> dict:
    file = {"name": name, "mimeType": "image/png", "buffer": picture(colour)}
    return ask(page, "POST", "/api/images", multipart={"file": file, "tags": tags}).json()


def draw(page: Page, category: str, style: str = "flat", **fields) -> dict:
    return ask(
        page, "POST", "/api/icons/generate", data={"category": category, "style": style, "size": 64, **fields}
    ).json()


def search(page: Page, text: str) -> None:
    page.get_by_label("Search").fill(text)
    page.wait_for_url(f"**/#/gallery?*q={text.replace(' ', '+')}*")


def choose_filter(page: Page, label: str, option: str) -> None:
    if page.get_by_role("button", name="Filters").get_attribute("aria-expanded") == "false":
        page.get_by_role("button", name="Filters").click()
    page.get_by_label(label, exact=True).select_option(label=option)


def there(page: Page, word: str) -> int:
    """How many pictures the service itself finds."""
    return ask(page, "GET", f"/api/images?q={word}").json()["pagination"]["total"]
