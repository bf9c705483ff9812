"""Batches: the contact sheet fills by itself, whoever watches, whatever the line does."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.flows import ask, cells, expect_done, finished, fresh, spoil, start_batch, visit, zipped
from tools.browsing import PASSWORD


def drop(field: Locator, name: str, text: str) -> None:
    """Drops a file on a field."""
    make = "([name, text]) => { const held = new DataTransfer(); held.items.add(new File([text], name)); return held; }"
    held = field.page.evaluate_handle(make, [name, text])
    field.dispatch_event("drop", {"dataTransfer": held})


def picture(page: Page) -> str:
    """Which image the first cell shows."""
    return urlsplit(page.locator(".cell img").first.get_attribute("src")).path


def size_of(page: Page, path: str) -> int:
    """Bytes of an image."""
    token = page.evaluate("JSON.parse(localStorage.getItem('icon-studio.session')).access")
    origin = page.url.partition("/#")[0]
    return len(page.request.get(origin + path, headers={"Authorization": f"Bearer {token}"}).body())


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
    page.get_by_text("Pick from the library").click()
    page.locator("summary", has_text="Vehicles & transport").click()
    page.get_by_role("checkbox", name="Trucks").check()
    expect(page.get_by_role("button", name="Draw 2 icons")).to_be_enabled()
    page.get_by_role("checkbox", name="All of Vehicles").check()
    expect(page.get_by_role("button", name="Draw 13 icons")).to_be_enabled()
    page.get_by_role("checkbox", name="All of Vehicles").uncheck()
    expect(page.get_by_role("button", name="Draw 1 icon")).to_be_enabled()


def test_a_dropped_file_fills_the_list(page) -> None:
    """Read in the browser, as a chosen one is; one that is too large is refused in words."""
    visit(page, "Batches")
    field = page.get_by_label("Categories")
    drop(field, "list.txt", "Boats\nHarbours\n")
    expect(page.get_by_text("2 categories", exact=True)).to_be_visible()
    drop(field, "huge.txt", "x" * 1_000_001)
    expect(page.get_by_text("huge.txt is too large")).to_be_visible()
    expect(page.get_by_text("2 categories", exact=True)).to_be_visible()


def test_a_session_that_ends_while_one_types_loses_no_list(page, watch) -> None:
    """The price asks for the password, over the list; then the batch is drawn."""
    visit(page, "Batches")
    spoil(page, "access", "refresh")
    page.get_by_label("Categories").press_sequentially("Sails\nRopes")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_label("Categories")).to_have_value("Sails\nRopes")
    expect(page.get_by_text("Free", exact=True)).to_be_visible()
    page.get_by_role("button", name="Draw 2 icons").click()
    page.wait_for_url("**/#/batches/*")
    expect_done(page, 2)
    watch.troubles.clear()  # Chromium reports the 401s


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


def test_one_cancelled_cell_is_drawn_after_all(page) -> None:
    """Its neighbours stay as they are."""
    start_batch(page, fresh(80), size="512")
    cancel = page.get_by_role("button", name="Cancel")
    cancel.click()
    expect(cancel).to_have_count(0)  # those that were being drawn have come, too
    there = finished(page).count()
    page.get_by_role("button", name="Retry ").last.click()
    expect(finished(page)).to_have_count(there + 1)
    expect(finished(page).last).to_be_visible()


def test_one_cell_is_drawn_anew(open_page, page, tmp_path: Path) -> None:
    """Another seed takes the icon's place: here, in another browser, in the zip; and gives it back on request."""
    start_batch(page, fresh(3))
    expect_done(page, 3)
    before = picture(page)
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Another seed").click()
    expect(dialog.get_by_role("button", name="Back to the first")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    after = picture(page)
    assert after != before
    other = open_page()
    other.goto(page.url)
    expect(finished(other)).to_have_count(3)
    assert picture(other) == after
    assert size_of(page, after) == zipped(page, "Download zip", tmp_path)[0].file_size
    finished(other).first.click()
    other.get_by_role("dialog").get_by_role("button", name="Back to the first").click()
    expect(other.get_by_role("button", name="Back to the first")).to_have_count(0)
    page.reload()
    expect(finished(page)).to_have_count(3)
    assert picture(page) == before


def test_too_many_missed_events_are_fetched_instead(page) -> None:
    """When the service refuses to replay, the sheet is looked up as a whole and goes on from there."""
    lines, refused = [], []

    def pass_on(line) -> None:
        server = line.connect_to_server()
        lines.append(line)

        def hear(message) -> None:
            if str(message).startswith("40") and '"after"' in message and not refused:
                refused.append(message)
                line.send('44{"message":"Too many events were missed.","data":{"code":"REPLAY_TOO_LONG"}}')
            else:
                server.send(message)

        line.on_message(hear)

    page.route_web_socket("**/socket.io/**", pass_on)
    page.reload()
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    start_batch(page, fresh(60), size="512")
    expect(finished(page).nth(2)).to_be_attached()
    lines[-1].close()
    expect_done(page, 60)
    assert len(refused) == 1


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
    assert len(zipped(page, "Download zip", tmp_path)) == 5


def test_an_unknown_batch_is_said_so(page, url, watch) -> None:
    """Also one of somebody else."""
    page.goto(f"{url}/#/batches/5f8e6a52-93c4-4f7e-9b61-0d3c1a2b4e5f")
    expect(page.get_by_text("There is no batch with this id in your account.")).to_be_visible()
    watch.troubles.clear()  # Chromium reports the 404


def test_a_listed_batch_is_known_again(open_page, page) -> None:
    """By its first categories and pictures, which come as they are drawn: on the Batches page and in the queue."""
    other = open_page()
    things = fresh(6)
    ask(page, "POST", "/api/icons/generate/batch", data={"categories": things, "size": 1024, "concurrency": 1})
    name = f"{', '.join(things[:3])} + 3"
    for each, place in ((page, "Batches"), (other, "Queue")):
        visit(each, place)
        row = each.get_by_role("main").get_by_role("listitem").filter(has_text=name)
        expect(row.locator(".preview img")).to_have_count(4)
        expect(row).to_contain_text("6 icons")
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect_done(page, 6)
