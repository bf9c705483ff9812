"""`python -m tools.screenshots`: the dashboard's pages for the documentation, in light, in dark and on a phone."""

from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page

from tools.browsing import chromium, sign_in, studio

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
DESK: Final = {"viewport": {"width": 1360, "height": 850}}
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LOOKS: Final = {"light": DESK, "dark": DESK | {"color_scheme": "dark"}, "phone": PHONE}
MOST_BYTES: Final = 300_000
GROUPS: Final = ("Travel", "Tools & building", "Arts & media")


def sign_in_page(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").wait_for()


def generate(page: Page, url: str) -> None:
    sign_in(page, url)
    page.get_by_label("Category").press_sequentially("coffee sh")
    page.get_by_role("option", name="Coffee").first.click()
    page.get_by_role("radio", name="Gradient").check()
    page.get_by_role("button", name="Draw 4 variations").click()
    page.get_by_role("img", name="Icon for").wait_for()


def batches(page: Page, url: str) -> None:
    sign_in(page, url)
    page.goto(f"{url}/#/batches")
    page.get_by_label("Categories").fill("Office supplies\nElectronics\nTools, hammer, wrench\nPets\nTravel")
    page.get_by_text("categories, ").first.wait_for()


def batch(page: Page, url: str) -> None:
    """Taken while it is drawn."""
    sign_in(page, url)
    page.goto(f"{url}/#/batches")
    page.get_by_text("Pick from the library").click()
    for group in GROUPS:
        page.locator("summary", has_text=group).click()
        page.get_by_role("checkbox", name=f"All of {group}").check()
    page.get_by_role("radio", name="Sticker").check()
    page.get_by_role("radio", name="512", exact=True).check()
    page.get_by_role("button", name="Draw 35 icons").click()
    page.get_by_role("button", name="Show ").nth(13).wait_for()


def gallery(page: Page, url: str) -> None:
    sign_in(page, url)
    page.goto(f"{url}/#/gallery")
    page.get_by_role("button", name="Show ").nth(12).wait_for()


def icon(page: Page, url: str) -> None:
    gallery(page, url)
    page.get_by_role("button", name="Show Travel").first.click()
    page.get_by_role("dialog").wait_for()


def queue(page: Page, url: str) -> None:
    sign_in(page, url)
    page.goto(f"{url}/#/queue")
    page.get_by_text("icons succeeded").wait_for()
    page.get_by_text("35 icons").first.wait_for()


def settings(page: Page, url: str) -> None:
    sign_in(page, url)
    page.goto(f"{url}/#/settings")
    page.get_by_role("button", name="Revoke").first.wait_for()


SCENES: Final = {
    "sign-in": sign_in_page,
    "generate": generate,
    "batch": batch,
    "batches": batches,
    "gallery": gallery,
    "icon": icon,
    "queue": queue,
    "settings": settings,
}


def shoot(browser: Browser, url: str, scene: str, look: str) -> None:
    """One picture of one page; motion is off, so that nothing is caught half-way."""
    context = browser.new_context(reduced_motion="reduce", **LOOKS[look])
    page = context.new_page()
    SCENES[scene](page, url)
    if scene != "batch":
        page.wait_for_load_state("networkidle")
    path = PICTURES / f"dashboard-{scene}-{look}.png"
    page.screenshot(path=path)
    context.close()
    shrink(path)


def shrink(path: Path) -> None:
    """As small as a PNG can be; one that is still too large gets by with 256 colours."""
    with Image.open(path) as picture:
        colours = picture.convert("RGB")
    colours.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        colours.quantize(256, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are wanted")


def main() -> None:
    """Every page in every look. Each look has a studio of its own: the cache would answer the batch at once."""
    with chromium() as browser:
        for look in LOOKS:
            with studio(DRAW_PROCESSES="1") as url:
                for scene in SCENES:
                    shoot(browser, url, scene, look)


if __name__ == "__main__":
    main()
