"""`python -m tools.screenshots`: the dashboard's pages for the documentation, in light, in dark and on a phone."""

import re
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.flows import ask, connect
from tests.fakes.provider import FakeProvider, running
from tools.browsing import chromium, sign_in, studio

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
DESK: Final = {"viewport": {"width": 1360, "height": 850}}
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LOOKS: Final = {"light": DESK, "dark": DESK | {"color_scheme": "dark"}, "phone": PHONE}
FEW_BYTES: Final = 120_000  # with all their colours
MOST_BYTES: Final = 300_000
GROUPS: Final = ("Travel", "Tools & building", "Arts & media")
# An extension that is connected as a worker, as long as its page is open.
EXTENSION: Final = """async () => {
  const { access: token } = JSON.parse(localStorage.getItem("icon-studio.session"));
  window.worker = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
  await new Promise((go) => (worker.onopen = go));
  const metadata = { version: "2.0", capabilities: ["gpt-image-2", "nano-banana"], capacity: 2, token };
  worker.send(JSON.stringify({ type: "authenticate", extensionId: "Design team's browser", metadata }));
}"""


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
    page.get_by_text("from the cache").wait_for()
    if page.viewport_size == DESK["viewport"]:
        page.evaluate("scrollTo(0, 0)")


def batches(page: Page, url: str) -> None:
    go(page, url, "batches")
    page.get_by_label("Categories").fill("Office supplies\nElectronics\nTools, hammer, wrench\nPets\nTravel")
    page.get_by_role("link", name="35 icons").wait_for()
    page.get_by_text("Free").wait_for()


def batch(page: Page, url: str) -> None:
    """Taken while it is drawn."""
    go(page, url, "batches")
    page.get_by_text("Pick from the library").click()
    for group in GROUPS:
        page.locator("summary", has_text=group).click()
        page.get_by_role("checkbox", name=f"All of {group}").check()
    page.get_by_role("radio", name="Sticker").check()
    page.get_by_role("radio", name="512", exact=True).check()
    page.get_by_role("button", name="Draw 35 icons").click()
    page.get_by_role("button", name="Show ").nth(13).wait_for()


def verdicts(page: Page, url: str) -> None:
    """The same batch, in the middle of being looked through."""
    go(page, url, "batches")
    page.get_by_role("link", name="35 icons").click()
    page.get_by_text("Done", exact=True).wait_for()
    page.get_by_role("button", name="Show ").first.focus()
    for key in "aaxaaxaaaxa":
        page.keyboard.press(key)
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Zip of 8 approved").wait_for()


def gallery(page: Page, url: str) -> None:
    go(page, url, "gallery")
    page.get_by_role("button", name="Show ").nth(8).wait_for()


def picture(page: Page, url: str) -> None:
    go(page, url, "gallery?q=coffee")
    page.get_by_role("button", name="Show Coffee").first.click()
    page.get_by_role("group", name="Variants").wait_for()


def queue(page: Page, url: str) -> None:
    go(page, url, "queue")
    page.get_by_text("icons succeeded").wait_for()
    page.get_by_text("35 icons").first.wait_for()


def spending(page: Page, url: str) -> None:
    go(page, url, "queue")
    page.get_by_role("heading", name="Spending").evaluate("heading => heading.scrollIntoView()")
    page.get_by_role("img", name="Spending by day").wait_for()


def settings(page: Page, url: str) -> None:
    go(page, url, "settings")
    page.get_by_role("button", name="Test").first.click()
    page.get_by_text(re.compile(r"\d ms")).wait_for()


def hooks(page: Page, url: str) -> None:
    go(page, url, "settings")
    page.evaluate(EXTENSION)
    page.get_by_text("0 of 2 at once").wait_for()
    page.get_by_text("job.completed").first.wait_for()
    page.get_by_role("heading", name="Webhooks").evaluate("heading => heading.scrollIntoView()")


SCENES: Final = {
    "sign-in": sign_in_page,
    "generate": generate,
    "batch": batch,
    "batches": batches,
    "verdicts": verdicts,
    "gallery": gallery,
    "picture": picture,
    "queue": queue,
    "spending": spending,
    "settings": settings,
    "hooks": hooks,
}


def go(page: Page, url: str, place: str) -> None:
    sign_in(page, url)
    page.goto(f"{url}/#/{place}")


def furnish(browser: Browser, url: str, provider: FakeProvider) -> None:
    """What the pages show beside icons: a paid connection that has been used, an upload, webhooks."""
    page = browser.new_page()
    sign_in(page, url)
    for pictures, model in enumerate(("gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2"), start=1):
        profile = connect(page, provider, f"Agency, {model}", model=model)
        body = {"prompt": "A lighthouse on a cliff, flat", "profileId": profile, "options": {"n": pictures}}
        ask(page, "POST", "/api/images/generate", data=body)
    told = {"category": "Lighthouses", "webhookUrl": "https://hooks.invalid/icons"}
    ask(page, "POST", "/api/icons/generate", data=told)
    page.close()


def shoot(browser: Browser, url: str, scene: str, look: str) -> None:
    """One picture of one page; motion is off, so that nothing is caught half-way."""
    context = browser.new_context(reduced_motion="reduce", **LOOKS[look])
    page = context.new_page()
    SCENES[scene](page, url)
    page.mouse.move(0, 0)
    if scene != "batch":
        page.wait_for_load_state("networkidle")
    path = PICTURES / f"dashboard-{scene}-{look}.png"
    page.screenshot(path=path)
    context.close()
    shrink(path)


def shrink(path: Path) -> None:
    """As small as a PNG can be; one that is still large gets by with 256 colours."""
    with Image.open(path) as picture:
        colours = picture.convert("RGB")
    colours.save(path, optimize=True)
    if path.stat().st_size > FEW_BYTES:
        # The octree, which is faster, would take the ground of a page and the white of its cards for one.
        colours.quantize(256, method=Image.Quantize.MEDIANCUT, kmeans=1).save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} has {path.stat().st_size:,} bytes; at most {MOST_BYTES:,} are wanted")


def main() -> None:
    """Every page in every look. Each look has a studio of its own: the cache would answer the batch at once."""
    with chromium() as browser, running() as provider:
        for look in LOOKS:
            with studio(DRAW_PROCESSES="1", ALLOW_PRIVATE_BASE_URLS="true") as url:
                furnish(browser, url, provider)
                for scene in SCENES:
                    shoot(browser, url, scene, look)


if __name__ == "__main__":
    main()
