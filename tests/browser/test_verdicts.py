"""Verdicts about a batch's icons: by click, by key, for all that are left; known to every browser."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.flows import cells, expect_done, finished, fresh, start_batch, zipped


def seen_twice(open_page, page, count: int):
    """Another browser's page that shows, as the first does, a new batch whose icons are drawn."""
    start_batch(page, fresh(count))
    expect_done(page, count)
    other = open_page()
    other.goto(page.url)
    expect_done(other, count)
    return other


def test_verdicts_are_kept_and_choose_what_is_downloaded(open_page, page, tmp_path: Path) -> None:
    """By click and by key; another browser knows them; the sheet shows, and the zip holds, what was approved."""
    start_batch(page, fresh(5))
    expect_done(page, 5)
    cells(page).nth(1).hover()
    cells(page).nth(1).get_by_role("button", name="Approve").click()
    finished(page).nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Rejected")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("dialog").get_by_role("button", name="Reject", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Zip of 2 approved")).to_be_enabled()
    page.wait_for_load_state("networkidle")
    other = open_page()
    other.goto(page.url)
    other.get_by_role("radio", name="Approved").check()
    expect(cells(other).and_(other.locator(":visible"))).to_have_count(2)
    names = [each.filename[:3] for each in zipped(other, "Zip of 2 approved", tmp_path)]
    assert names == ["002", "003"]


def test_all_others_are_judged_at_once(page) -> None:
    """What has been decided stays; Undo takes back what was not decided before."""
    start_batch(page, fresh(5))
    expect_done(page, 5)
    finished(page).first.focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Approve the other 4").click()
    expect(page.get_by_role("button", name="Zip of 4 approved")).to_be_visible()
    expect(page.get_by_text("4 icons approved.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Zip of ")).to_have_count(0)
    expect(page.locator(".cell.rejected")).to_have_count(1)
    page.get_by_role("button", name="Approve the other 4").click()
    expect(page.get_by_text("4 icons approved.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Zip of 4 approved")).to_be_visible()
    expect(page.locator(".cell.rejected")).to_have_count(1)


def test_a_verdict_shows_in_every_browser_at_once(open_page, page) -> None:
    """Without a reload and without a look: given, changed and taken back."""
    other = seen_twice(open_page, page, 3)
    finished(page).first.focus()
    page.keyboard.press("a")
    expect(other.locator(".cell.approved")).to_have_count(1)
    expect(other.get_by_role("button", name="Zip of 1 approved")).to_be_visible()
    page.keyboard.press("x")
    expect(other.locator(".cell.rejected")).to_have_count(1)
    finished(other).first.focus()
    other.keyboard.press("x")
    expect(page.locator(".cell.rejected")).to_have_count(0)
    page.get_by_role("button", name="Approve all 3").click()
    expect(other.locator(".cell.approved")).to_have_count(3)


def test_a_verdict_of_a_broken_line_is_made_good(open_page, page, watch) -> None:
    """Who was cut off hears what was decided meanwhile."""
    other = seen_twice(open_page, page, 2)
    other.context.set_offline(True)
    expect(other.get_by_text("Reconnecting…")).to_be_visible()
    page.get_by_role("button", name="Reject all 2").click()
    expect(page.locator(".cell.rejected")).to_have_count(2)
    other.context.set_offline(False)
    expect(other.locator(".cell.rejected")).to_have_count(2)
    watch.troubles.clear()  # Chromium reports the requests that failed


def test_an_icon_drawn_anew_shows_in_every_browser(open_page, page) -> None:
    """In its place; and the first one again once it is back."""
    other = seen_twice(open_page, page, 1)
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Another seed").click()
    expect(other.locator(".cell.redrawn")).to_have_count(1)
    dialog.get_by_role("button", name="Approve").click()
    expect(other.locator(".cell.redrawn.approved")).to_have_count(1)
    dialog.get_by_role("button", name="Back to the first").click()
    expect(other.locator(".cell.redrawn")).to_have_count(0)
    expect(other.locator(".cell.approved")).to_have_count(0)
