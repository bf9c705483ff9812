"""The Gallery: pictures named, tagged, added, and deleted with a way back."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.flows import cells, finished, visit
from tests.browser.gallery_flows import picture, search, there, upload
from tests.conftest import eventually


def test_names_and_tags_are_changed_and_shown_as_text(page) -> None:
    """Also after a reload; markup stays text."""
    upload(page, "before.png")
    visit(page, "Gallery")
    search(page, "before")
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Rename").click()
    dialog.get_by_label("Name").fill("<b>after before</b>")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("heading", name="<b>after before</b>")).to_be_visible()
    dialog.get_by_label("Kind of tag").select_option(label="Persona")
    dialog.get_by_label("New tag").fill("<i>muse</i>")
    dialog.get_by_role("button", name="Add tag").click()
    expect(dialog.get_by_text("Persona: <i>muse</i>")).to_be_visible()
    page.reload()
    expect(finished(page)).to_have_text(["Show <b>after before</b>"])
    finished(page).first.click()
    dialog.get_by_role("button", name="Remove Persona: <i>muse</i>").click()
    expect(dialog.get_by_text("Persona: <i>muse</i>")).to_have_count(0)


def test_several_files_are_added_each_with_its_fate(page, watch) -> None:
    """What is no picture says why and stops no other; a second try is offered."""
    visit(page, "Gallery")
    page.get_by_role("button", name="Add pictures").click()
    png = {"mimeType": "image/png"}
    page.get_by_label("Choose files").set_input_files(
        [
            {"name": "harbour one.png", "buffer": picture("#d33"), **png},
            {"name": "notes.txt", "buffer": b"no picture", "mimeType": "text/plain"},
            {"name": "broken.png", "buffer": b"no picture either", **png},
            {"name": "huge.png", "buffer": bytes(11 * 1024 * 1024), **png},
            {"name": "harbour two.png", "buffer": picture("#3a6"), **png},
        ]
    )
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("status").filter(has_text="2 of 5 files added, 3 refused")).to_be_visible()
    rows = dialog.get_by_role("listitem")
    expect(rows.filter(has_text="notes.txt")).to_contain_text("no PNG, JPEG or WebP")
    expect(rows.filter(has_text="broken.png")).to_contain_text("a whole PNG, JPEG or WebP picture")
    expect(rows.filter(has_text="huge.png")).to_contain_text("Save a smaller one")
    expect(dialog.get_by_role("button", name="Try broken.png again")).to_be_visible()
    page.keyboard.press("Escape")
    search(page, "harbour")
    expect(cells(page)).to_have_count(2)
    watch.troubles.clear()  # Chromium reports the refusal


def test_files_are_dropped_anywhere_on_the_page(page) -> None:
    """And appear as soon as they have arrived."""
    visit(page, "Gallery")
    page.evaluate(
        """(bytes) => {
            const dataTransfer = new DataTransfer();
            const file = new File([new Uint8Array(bytes)], "dropped anchor.png", { type: "image/png" });
            dataTransfer.items.add(file);
            for (const kind of ["dragover", "drop"]) {
                const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
                document.querySelector(".gallery").dispatchEvent(event);
            }
        }""",
        list(picture("#a40")),
    )
    expect(page.get_by_role("dialog").get_by_text("1 of 1 file added")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show dropped anchor.png")).to_be_visible()


def test_an_import_says_why_it_cannot_be(page, watch) -> None:
    """An address within the house is refused beside the field."""
    visit(page, "Gallery")
    page.get_by_role("button", name="Add pictures").click()
    page.get_by_label("Import from an address").fill("http://127.0.0.1/a.png")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("dialog").locator(".field.wrong .note")).not_to_be_empty()
    watch.troubles.clear()  # Chromium reports the refusal


def test_a_picture_is_imported_from_an_address(inner_page, inner) -> None:
    """It appears at once, named after its address, whose query is nobody's business."""
    page = inner_page
    visit(page, "Gallery")
    page.get_by_role("button", name="Add pictures").click()
    address = page.get_by_label("Import from an address")
    address.fill(f"{inner.provider.address('google')}/files/harbour.png?token=secret")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("“harbour.png” added.")).to_be_visible()
    expect(address).to_have_value("")
    page.keyboard.press("Escape")
    finished(page).filter(has_text="harbour.png").click()
    expect(page.get_by_role("dialog").get_by_text("Imported from an address")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("img", name="harbour.png")).to_be_visible()


def chosen_for_deletion(page: Page, word: str) -> None:
    """Two of three pictures, chosen and on their way out."""
    for number in range(3):
        upload(page, f"{word} {number}.png", colour=f"#0{number}4")
    visit(page, "Gallery")
    search(page, word)
    expect(cells(page)).to_have_count(3)
    page.get_by_role("checkbox", name=f"Choose {word} 0.png").check()
    page.get_by_role("checkbox", name=f"Choose {word} 2.png").check()
    page.get_by_role("region", name="Chosen pictures").get_by_role("button", name="Delete").click()
    expect(finished(page)).to_have_text([f"Show {word} 1.png"])


def test_an_undone_deletion_has_never_happened(page) -> None:
    """Nothing is sent before the time is up, and everything is in its place again."""
    chosen_for_deletion(page, "undone")
    assert there(page, "undone") == 3
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(cells(page)).to_have_count(3)
    expect(page.get_by_text("Nothing was deleted")).to_be_visible()
    assert there(page, "undone") == 3


@pytest.mark.parametrize("ending", ["dismissed", "waited for", "left", "signed out"])
def test_a_deletion_is_sent_when_there_is_no_way_back(open_page, page, ending: str) -> None:
    """Dismissing the message, waiting, leaving the page or signing out: the pictures are gone, the third stays."""
    watcher = open_page()
    word = f"Xyz {ending}"
    chosen_for_deletion(page, word)
    if ending == "dismissed":
        page.get_by_role("button", name="Dismiss", exact=True).click()
    elif ending == "left":
        page.goto("about:blank")
    elif ending == "signed out":
        page.get_by_role("button", name="Sign out").click()
    eventually(lambda: there(watcher, word) == 1)
    visit(watcher, "Gallery")
    search(watcher, word)
    expect(finished(watcher)).to_have_text([f"Show {word} 1.png"])


def test_a_failed_deletion_brings_the_pictures_back(page, watch) -> None:
    """With the service's own words."""
    chosen_for_deletion(page, "refused")
    page.route("**/api/images/delete", lambda route: route.fulfill(status=503, json={"message": "Try again soon."}))
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_text("Try again soon.")).to_be_visible()
    expect(cells(page)).to_have_count(3)
    watch.troubles.clear()  # Chromium reports the 503


def test_several_are_tagged_at_once(page) -> None:
    """A range with the shift key; what they had stays."""
    for number in range(4):
        upload(page, f"ranged {number}.png", '[{"tagType": "CHAT", "tagId": "7"}]', colour=f"#5{number}4")
    visit(page, "Gallery")
    search(page, "ranged")
    expect(cells(page)).to_have_count(4)
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(2).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Chosen pictures")
    expect(bar.get_by_text("3 pictures chosen")).to_be_visible()
    bar.get_by_role("button", name="Tag", exact=True).click()
    bar.get_by_label("New tag").fill("autumn")
    asked = []
    page.on("request", lambda request: request.method != "GET" and asked.append(request.url.rpartition("/api")[2]))
    bar.get_by_role("button", name="Add tag").click()
    expect(page.get_by_text("3 pictures tagged")).to_be_visible()
    assert asked == ["/images/tags"]
    assert there(page, "ranged&tagId=autumn") == 3
    assert there(page, "ranged&tagId=7") == 4
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)


def test_a_change_shows_in_every_browser(open_page, page) -> None:
    """A name and tags, also in the dialog that is open there; neither takes away what the other has said."""
    upload(page, "shared buoy.png")
    other = open_page()
    for each in (page, other):
        visit(each, "Gallery")
        search(each, "buoy")
        finished(each).first.click()
    mine, theirs = page.get_by_role("dialog"), other.get_by_role("dialog")
    mine.get_by_label("New tag").fill("red")
    mine.get_by_role("button", name="Add tag").click()
    expect(theirs.get_by_text("Theme: red")).to_be_visible()
    theirs.get_by_label("New tag").fill("green")
    theirs.get_by_role("button", name="Add tag").click()
    expect(mine.get_by_text("Theme: green")).to_be_visible()
    mine.get_by_role("button", name="Remove Theme: red").click()
    expect(theirs.get_by_text("Theme: red")).to_have_count(0)
    expect(theirs.get_by_text("Theme: green")).to_be_visible()
    mine.get_by_role("button", name="Rename").click()
    mine.get_by_label("Name").fill("shared bell buoy")
    mine.get_by_role("button", name="Save").click()
    expect(theirs.get_by_role("heading", name="shared bell buoy")).to_be_visible()
