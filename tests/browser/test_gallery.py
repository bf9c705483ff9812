"""The Gallery: pictures found, looked at, downloaded, and made anew."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.flows import ask, cells, connect, finished, fresh, start_batch, visit
from tests.browser.gallery_flows import choose_filter, draw, search, there, upload


def test_part_of_a_word_finds_a_picture(page) -> None:
    """In the category, the name or a tag, in any case; what is searched for outlives a reload."""
    draw(page, "Lighthouse keepers")
    upload(page, "old LIGHTHOUSE.png")
    upload(page, "coast.png", '[{"tagType": "THEME", "tagId": "lighthouse walk"}]')
    visit(page, "Gallery")
    search(page, "ightHOUS")
    expect(cells(page)).to_have_count(3)
    page.reload()
    expect(page.get_by_label("Search")).to_have_value("ightHOUS")
    expect(cells(page)).to_have_count(3)
    search(page, "never asked for")
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    page.get_by_role("button", name="clear the filters").click()
    expect(page.get_by_label("Search")).to_have_value("")
    expect(finished(page).first).to_be_visible()


def test_filters_narrow_and_sorting_orders(page) -> None:
    """Style, source, tag, date and who drew it, alone and together."""
    draw(page, "Filter coffee", "flat")
    draw(page, "Filter coffee", "neon")
    upload(page, "a filter coffee.png", '[{"tagType": "CHARACTER", "tagId": "barista"}]')
    visit(page, "Gallery")
    search(page, "filter coffee")
    expect(cells(page)).to_have_count(3)
    choose_filter(page, "Style", "Neon")
    expect(cells(page)).to_have_count(1)
    choose_filter(page, "Style", "Any style")
    choose_filter(page, "Source", "Uploaded")
    expect(cells(page)).to_have_count(1)
    choose_filter(page, "Source", "Any source")
    choose_filter(page, "Tag", "Character: barista (1)")
    expect(finished(page)).to_have_text(["Show a filter coffee.png"])
    page.get_by_role("button", name="Clear").click()
    search(page, "filter coffee")
    page.get_by_label("Drawn by").select_option(value="provider:local")
    expect(cells(page)).to_have_count(2)
    page.get_by_label("Drawn by").select_option(label="Anybody")
    page.get_by_label("Sort").select_option(label="By name")
    expect(finished(page).first).to_have_text("Show a filter coffee.png")
    page.get_by_label("To", exact=True).fill("2020-01-01")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_a_picture_opens_with_what_is_known(page) -> None:
    """Facts, prompt, variants, its batch, and more like it."""
    (name,) = fresh(1)
    batch = ask(
        page, "POST", "/api/icons/generate/batch", data={"categories": [name], "variations_per_category": 3, "size": 64}
    )
    visit(page, "Gallery")
    search(page, name)
    expect(cells(page)).to_have_count(3)
    finished(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=name)).to_be_visible()
    for fact in ("Modern", "64 × 64 px", "Icon Studio", "local/1", "Free"):
        expect(dialog.get_by_role("definition").filter(has_text=fact)).to_be_visible()
    dialog.get_by_text("Prompt", exact=True).click()
    expect(dialog.locator(".prompt")).to_contain_text(name)
    variants = dialog.get_by_role("group", name="Variants").get_by_role("button")
    expect(variants).to_have_count(3)
    shown = dialog.locator(".stage img").get_attribute("src")
    variants.nth(2).click()
    expect(dialog.locator(".stage img")).not_to_have_attribute("src", shown)
    page.keyboard.press("ArrowLeft")
    dialog.get_by_role("link", name="More like this").click()
    expect(page.get_by_label("Category")).to_have_value(name)
    page.go_back()
    finished(page).first.click()
    dialog.get_by_role("link", name="Open its batch").click()
    page.wait_for_url(f"**/#/batches/{batch.json()['batch_id']}")


def test_it_is_downloaded_in_the_format_one_likes(page, tmp_path: Path) -> None:
    """As it is kept, turned into other pixels here, or drawn once more as SVG."""
    draw(page, "Download stations")
    visit(page, "Gallery")
    search(page, "download stations")
    finished(page).first.click()
    for kind, begin in {"PNG": b"\x89PNG", "WebP": b"RIFF", "JPEG": b"\xff\xd8\xff", "SVG": b"<svg"}.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Download as {kind}").click()
        assert download.value.suggested_filename == f"download-stations.{kind.lower()}"
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(begin)


def test_new_pictures_are_offered_not_pushed(page) -> None:
    """What is drawn meanwhile waits for a click, so that nothing moves under the hand."""
    visit(page, "Gallery")
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    (name,) = fresh(1)
    ask(page, "POST", "/api/icons/generate/batch", data={"categories": [name], "size": 64})
    page.get_by_role("button", name="Show 1 new picture").click()
    expect(finished(page).first).to_have_text(f"Show {name}, Modern")


def test_a_long_gallery_keeps_a_short_page(page) -> None:
    """However far one scrolls: only rows near the window are in the page, and all pictures are reached."""
    start_batch(page, fresh(260))
    expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=100_000)
    visit(page, "Gallery")
    expect(finished(page).first).to_be_visible()
    total = there(page, "Thing")
    search(page, "Thing")
    page.get_by_text(f"{total:,} pictures").wait_for()
    for _ in range(12):
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        page.wait_for_timeout(200)
        assert page.locator(".gallery-grid > li").count() < 150
    expect(page.locator(f"li[aria-posinset='{total}']")).to_be_visible()


def test_a_picture_is_made_from_a_picture(painted_page, painted) -> None:
    """Offered where a connection's model looks at pictures; the cost and the connection are told afterwards."""
    page = painted_page
    connect(page, painted.provider, "Editing account")
    source = upload(page, "source of it.png")
    before = len(ask(page, "GET", "/api/images").json()["data"])
    visit(page, "Gallery")
    page.get_by_role("button", name="Show source of it.png").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Change this picture").click()
    dialog.get_by_label("What shall be different?").fill("The same, at night <script>")
    dialog.get_by_label("Drawn over").select_option(label="Editing account")
    dialog.get_by_role("button", name="More").click()
    dialog.get_by_role("button", name="Draw", exact=True).click()
    expect(dialog.get_by_role("heading", name="The same, at night <script>")).to_be_visible()
    expect(dialog.get_by_role("definition").filter(has_text="Editing account")).to_be_visible()
    expect(dialog.get_by_role("definition").filter(has_text="for 2 pictures")).to_contain_text("$")
    expect(dialog.get_by_role("group", name="Variants").get_by_role("button")).to_have_count(2)
    assert source["id"] in [each["id"] for each in ask(page, "GET", "/api/images").json()["data"]]
    assert painted.provider.calls[-1].path.endswith("/images/edits")
    page.keyboard.press("Escape")
    expect(cells(page)).to_have_count(before + 2)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Drawn by").select_option(label="Editing account (2)")
    expect(cells(page)).to_have_count(2)


def test_a_lost_line_is_said_and_made_good(page, watch) -> None:
    """Each page says what to do; once the line is back it shows what it should have, and the message goes."""
    upload(page, "lifeboat.png")
    page.context.set_offline(True)
    expect(page.get_by_text("Reconnecting…")).to_be_visible()
    visit(page, "Queue")
    expect(page.get_by_role("main").get_by_text("Check the connection and try again")).to_be_visible()
    visit(page, "Gallery")
    expect(page.get_by_role("log").get_by_text("Check the connection and try again")).to_be_visible()
    page.context.set_offline(False)
    expect(finished(page).filter(has_text="lifeboat.png")).to_be_visible()
    expect(page.get_by_role("log")).to_have_text("")
    watch.troubles.clear()  # Chromium reports the requests that failed
