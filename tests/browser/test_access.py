"""Everybody can use every page: axe finds nothing serious, in light and dark, on a desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.serving import ROOT
from tests.browser.flows import expect_done, finished, fresh, start_batch, visit

AXE = Path(ROOT) / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ("Generate", "Batches", "Gallery", "Queue", "Settings")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


def check(page: Page, where: str) -> None:
    """Nothing serious or critical, and nothing sticks out to the side."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert (where, serious) == (where, [])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"


def check_dialogs(page: Page) -> None:
    """A picture of the gallery, the way to add one, and the form of a connection."""
    visit(page, "Gallery")
    finished(page).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    page.get_by_text("Prompt", exact=True).click()
    check(page, "a picture")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Add pictures").click()
    page.get_by_role("dialog").wait_for()
    check(page, "adding pictures")
    page.keyboard.press("Escape")
    visit(page, "Settings")
    page.get_by_role("button", name="Add connection").click()
    page.get_by_role("form", name="New connection").get_by_text("Limits that").click()
    check(page, "a connection")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(open_page, scheme: str, viewport: dict[str, int]) -> None:
    """Pages, a filled contact sheet, a result, an opened icon, and the way in."""
    page = open_page(signed_in=False, color_scheme=scheme, viewport=viewport, bypass_csp=True)
    check(page, "signing in")
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    for name in PAGES:
        visit(page, name)
        check(page, name)
    visit(page, "Batches")
    page.get_by_text("Pick from the library").click()
    page.locator("summary", has_text="Travel").click()
    check(page, "the library")
    visit(page, "Generate")
    page.get_by_label("Category").press_sequentially("garden")
    page.get_by_role("option").first.wait_for()
    check(page, "suggestions")
    page.get_by_label("Category").press("Enter")
    expect(page.get_by_role("img", name="Icon for")).to_be_visible()
    check(page, "a result")
    start_batch(page, fresh(4))
    expect_done(page, 4)
    finished(page).first.focus()
    for key in ("a", "ArrowRight", "x"):
        page.keyboard.press(key)
    expect(page.get_by_role("radio", name="Rejected")).to_be_visible()
    check(page, "a batch")
    finished(page).first.click()
    page.get_by_role("dialog").wait_for()
    check(page, "an opened icon")
    page.keyboard.press("Escape")
    check_dialogs(page)


def test_the_keyboard_reaches_everything(page) -> None:
    """The first stop skips the navigation; style cards are one stop, moved through by arrows."""
    page.reload()
    page.get_by_role("radio", name="Modern").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.get_by_role("radio", name="Modern").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Flat")).to_be_checked()
