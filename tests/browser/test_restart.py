"""The service itself goes away in mid-batch and comes back."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.flows import expect_done, finished, fresh, start_batch
from tools.browsing import free_port, sign_in, studio_on


def test_a_restart_of_the_service_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    """The page waits, says so, and goes on where it was: without a reload, without signing in again."""
    port, context = free_port(), browser.new_context()
    page = context.new_page()
    with studio_on(tmp_path, port, DRAIN_SECONDS="0") as url:
        sign_in(page, url)
        start_batch(page, fresh(80), size="512")
        expect(finished(page).nth(2)).to_be_attached()
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    assert finished(page).count() < 80
    with studio_on(tmp_path, port):
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=100_000)
        expect_done(page, 80)
    context.close()
