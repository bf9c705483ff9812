"""The front end of docs/how-to/own-front-end.md works as printed."""

import re

from playwright.sync_api import expect

from bench.serving import ROOT
from tools.browsing import PASSWORD

DOCUMENT = ROOT / "docs" / "how-to" / "own-front-end.md"


def block(language: str) -> str:
    """The document's code in this language."""
    return re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)[1]


def test_the_printed_front_end_works(open_page, url: str) -> None:
    """Served beside the service, it shows one icon and then a batch that fills to its end."""
    page = open_page(signed_in=False)
    page.context.grant_permissions(["local-network-access"])  # Chromium cannot know where a routed page comes from
    page.route("**/own.html", lambda route: route.fulfill(body=block("html"), content_type="text/html"))
    page.route("**/own.js", lambda route: route.fulfill(body=block("js"), content_type="text/javascript"))
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(f"{url}/own.html")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("output")).to_have_text("completed")
    expect(page.locator("#sheet img")).to_have_count(4)
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "100")
