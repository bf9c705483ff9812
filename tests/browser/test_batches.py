"""Batches: the contact sheet fills by itself, whoever watches, whatever the line does."""

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.flows import cells, expect_done, finished, fresh, start_batch, visit


def test_a_batch_fills_without_a_reload(page, watch) -> None:
    """Cells, progress and the badge follow the events."""
    start_batch(page, fresh(20))
    expect(cells(page)).to_have_count(20)
    expect_done(page, 20)
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "20")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one\ntwo\n\none\n", "2 categories, 1 repeated left out"),
        ("category,objects\nFood,apple,pear\n", "1 category"),
        ("style: flat\ncategories:\n  - tools: [hammer, wrench]\n  - pets\n", "2 categories"),
    ],
)
def test_lists_are_understood(page, text: str, count: str) -> None:
    """Lines, CSV and a catalogue's YAML, repetitions left out."""
    visit(page, "Batches")
    page.get_by_label("Categories").fill(text)
    expect(page.get_by_text(count, exact=True)).to_be_visible()


def test_a_file_and_groups_fill_the_list(page) -> None:
    """A chosen file is read in the browser; a group's check box adds and removes its categories."""
    visit(page, "Batches")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": b"Boats;sail;anchor\n"}
    )
    expect(page.get_by_label("Categories")).to_have_value("Boats;sail;anchor\n")
    page.get_by_text("Pick by group").click()
    page.get_by_role("checkbox", name="Vehicles").check()
    expect(page.get_by_role("button", name="Draw 6 icons")).to_be_enabled()
    page.get_by_role("checkbox", name="Vehicles").uncheck()
    expect(page.get_by_role("button", name="Draw 1 icon")).to_be_enabled()


def test_a_large_sheet_asks_for_what_is_seen(page) -> None:
    """Cells are filled in place, and thumbnails far below the window are not fetched."""
    asked = set()
    page.on("request", lambda request: "/api/images/" in request.url and asked.add(request.url))
    start_batch(page, fresh(300))
    expect(cells(page)).to_have_count(300)
    page.evaluate("document.querySelectorAll('.cell').forEach((cell, at) => (cell.place = at))")
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=100_000)
    expect(finished(page)).to_have_count(300)
    assert page.evaluate("[...document.querySelectorAll('.cell')].every((cell, at) => cell.place === at)")
    assert 0 < len(asked) < 250


def test_two_browsers_see_the_same(open_page, page) -> None:
    """Who did not start the batch watches it as well, from any moment on."""
    other = open_page()
    batch = start_batch(page, fresh(30), size="512")
    other.goto(page.url)
    assert batch in other.url
    expect_done(page, 30)
    expect_done(other, 30)


def test_a_reload_in_mid_batch_loses_nothing(page) -> None:
    """What was drawn is fetched, what comes is heard."""
    start_batch(page, fresh(40), size="512")
    expect(finished(page).nth(2)).to_be_attached()
    page.reload()
    expect_done(page, 40)


def test_a_break_in_the_line_loses_nothing(page, watch) -> None:
    """The connection comes back by itself and hears what it missed."""
    start_batch(page, fresh(60), size="512")
    expect(finished(page).nth(2)).to_be_attached()
    page.context.set_offline(True)
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect_done(page, 60)
    watch.troubles.clear()  # Chromium reports the requests that failed


def test_a_cancelled_batch_can_be_drawn_after_all(page) -> None:
    """Cancel keeps what is there; the rest is begun anew on request."""
    start_batch(page, fresh(120), size="512")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Draw the rest").click()
    expect_done(page, 120)


def test_one_cell_is_drawn_anew(page) -> None:
    """Another seed replaces the icon on the sheet, also after a reload."""
    start_batch(page, fresh(3))
    expect_done(page, 3)
    before = page.locator(".cell img").first.get_attribute("src")
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Another seed").click()
    expect(dialog.get_by_text("Redrawn here")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    after = page.locator(".cell img").first.get_attribute("src")
    assert after != before
    page.reload()
    expect(page.locator(".cell img").first).to_have_attribute("src", after)


def test_the_viewer_goes_from_icon_to_icon(page) -> None:
    """By arrow keys and in a circle; Escape closes it."""
    first, second = fresh(2)
    start_batch(page, [first, second])
    expect_done(page, 2)
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=first)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("heading", name=second)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_the_zip_holds_every_icon(page, tmp_path: Path) -> None:
    """As many pictures as there are cells."""
    start_batch(page, fresh(5))
    expect_done(page, 5)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download zip").click()
    download.value.save_as(tmp_path / "icons.zip")
    names = zipfile.ZipFile(tmp_path / "icons.zip").namelist()
    assert len([name for name in names if name.endswith(".png")]) == 5


def test_an_unknown_batch_is_said_so(page, url, watch) -> None:
    """Also one of somebody else."""
    page.goto(f"{url}/#/batches/5f8e6a52-93c4-4f7e-9b61-0d3c1a2b4e5f")
    expect(page.get_by_text("There is no batch with this id in your account.")).to_be_visible()
    watch.troubles.clear()  # Chromium reports the 404
