"""The Generate page: from a few letters to a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.flows import visit, zipped


def draw(page, category: str) -> None:
    """Draws variations of a category and waits for them."""
    page.get_by_label("Category").fill(category)
    page.get_by_label("Category").press("Escape")
    page.get_by_role("button", name="Draw 4 variations").click()
    expect(page.get_by_role("img", name=f"Icon for {category}")).to_be_visible()


@contextmanager
def connection(page, url: str, name: str) -> Iterator[None]:
    """A connection to OpenAI, as the Settings page makes it; nothing is asked of it."""
    token = page.evaluate("JSON.parse(localStorage.getItem('icon-studio.session')).access")
    bearer = {"Authorization": f"Bearer {token}"}
    body = {"name": name, "provider": "openai", "apiKey": "sk-test-0123456789"}
    profile = page.request.post(f"{url}/api/profiles", headers=bearer, data=body).json()
    yield
    page.request.delete(f"{url}/api/profiles/{profile['id']}", headers=bearer)


def test_suggestions_are_picked_by_keyboard(page) -> None:
    """The pick fills the field and offers objects that go with it, which become chips."""
    field = page.get_by_label("Category")
    field.press_sequentially("offi")
    expect(page.get_by_role("option", name="Office supplies")).to_be_visible()
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", page.get_by_role("option").first.get_attribute("id"))
    field.press("Enter")
    expect(field).to_have_value("Office supplies")
    page.get_by_role("button", name="+ stapler").click()
    expect(page.get_by_role("button", name="Remove stapler")).to_be_visible()


def test_everything_chosen_is_asked_for(page) -> None:
    """Style, colours, objects, size, format, background, variations and seed reach the service as shown."""
    page.get_by_label("Category").fill("Tea house")
    page.get_by_label("Category").press("Escape")
    page.get_by_label("Objects to show").fill("teapot, cup,")
    page.get_by_label("Objects to show").press("Enter")
    page.get_by_role("radio", name="Sticker").check()
    page.get_by_role("button", name="+ Your brand colours").click()
    page.get_by_label("Brand colour 1 as hex").fill("0A7")
    page.get_by_label("Brand colour 1 as hex").press("Tab")
    for choice in ("256", "None", "WebP"):
        page.get_by_role("radio", name=choice, exact=True).check()
    page.get_by_label("Seed", exact=True).fill("7")
    page.get_by_role("button", name="Fewer").click()
    with page.expect_request("**/api/icons/generate") as asked:
        page.get_by_role("button", name="Draw 3 variations").click()
    body = asked.value.post_data_json
    expected = {
        "category": "Tea house",
        "custom_elements": ["teapot", "cup"],
        "style": "sticker",
        "color_scheme": "brand_colors",
        "brand_colors": ["#00aa77"],
        "size": 256,
        "format": "webp",
        "background": "transparent",
        "variations": 3,
        "seed": 7,
    }
    assert body == expected
    expect(page.get_by_role("group", name="Variations").get_by_role("button")).to_have_count(3)


def test_a_result_can_be_kept(page, tmp_path: Path) -> None:
    """Download gives the very picture; Copy SVG puts the drawing on the clipboard; variations can be chosen."""
    draw(page, "Bee keeping")
    page.get_by_role("button", name="Variation 2").click()
    expect(page.get_by_role("button", name="Variation 2")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as PNG").click()
    assert download.value.suggested_filename == "bee-keeping.png"
    download.value.save_as(tmp_path / "icon.png")
    assert (tmp_path / "icon.png").read_bytes().startswith(b"\x89PNG")
    with page.expect_request("**/api/icons/generate") as asked:
        page.get_by_role("button", name="Copy SVG").click()
    assert (asked.value.post_data_json["variation"], asked.value.post_data_json["format"]) == (1, "svg")
    expect(page.get_by_text("SVG copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("<svg")


def test_all_variations_are_downloaded_at_once(page, tmp_path: Path) -> None:
    """As one zip; a single icon needs none."""
    draw(page, "Ferry boats")
    assert len(zipped(page, "All 4 as zip", tmp_path)) == 4
    page.get_by_role("textbox", name="Variations").fill("1")
    page.get_by_role("textbox", name="Variations").press("Tab")
    page.get_by_role("button", name="Draw icon").click()
    expect(page.get_by_role("group", name="Variations")).to_have_count(0)
    expect(page.get_by_role("button", name="as zip")).to_have_count(0)


def test_the_first_icon_is_a_click_away(page) -> None:
    """An example is drawn in the style that it shows, and the form follows."""
    with page.expect_request("**/api/icons/generate") as asked:
        page.get_by_role("button", name="Pizza").click()
    body = asked.value.post_data_json
    assert (body["category"], body["style"], body["color_scheme"]) == ("Pizza", "sticker", "warm")
    expect(page.get_by_role("img", name="Icon for Pizza")).to_be_visible()
    expect(page.get_by_role("radio", name="Sticker")).to_be_checked()


def test_a_tagged_result_is_kept(page, url: str) -> None:
    """The gallery finds it by its tag, and the page shows the tag when the icon comes from the cache."""
    draw(page, "Harbour pilots")
    page.get_by_label("Tags").fill("launch, harbour")
    page.get_by_label("Tags").press("Enter")
    expect(page.get_by_role("button", name="Kept")).to_be_disabled()
    token = page.evaluate("JSON.parse(localStorage.getItem('icon-studio.session')).access")
    found = page.request.get(f"{url}/api/images?tagId=harbour", headers={"Authorization": f"Bearer {token}"}).json()
    assert [[tag["tagId"] for tag in each["tags"]] for each in found["data"]] == [["launch", "harbour"]]
    page.reload()
    page.get_by_role("button", name="Draw 4 variations").click()
    expect(page.get_by_text("From the cache", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Remove launch")).to_be_visible()


def test_the_price_is_said_before_the_click(page) -> None:
    """The studio's own drawings are free; what is known already is said to be."""
    expect(page.get_by_text("Free")).to_have_count(0)
    draw(page, "Price tags")
    expect(page.get_by_text("Free", exact=True)).to_be_visible()
    page.get_by_role("button", name="More").click()
    expect(page.get_by_text("Free, 4 of 5 from the cache")).to_be_visible()


def test_with_a_connection_the_form_follows_the_model(page, url: str, watch) -> None:
    """Without one there is nothing to choose. With it: only what the model allows, its price, the service's refusal."""
    expect(page.get_by_role("radio", name="Modern")).to_be_visible()
    expect(page.get_by_label("Drawn by")).to_have_count(0)
    page.get_by_role("radio", name="SVG", exact=True).check()
    with connection(page, url, "Agency account"):
        page.reload()
        page.get_by_label("Category").fill("Print shops")
        page.get_by_label("Category").press("Escape")
        page.get_by_label("Drawn by").select_option(label="Agency account")
        expect(page.get_by_role("radio", name="SVG", exact=True)).to_have_count(0)
        expect(page.get_by_role("radio", name="PNG", exact=True)).to_be_checked()
        expect(page.get_by_text("About $")).to_be_visible()
        page.get_by_label("Model").select_option(label="GPT Image 2.6 Flare")
        expect(page.get_by_role("radio", name="SVG", exact=True)).to_be_visible()
        page.get_by_role("radio", name="High", exact=True).check()
        page.route(
            "**/api/icons/generate", lambda route: route.fulfill(status=402, json={"message": "Raise the budget."})
        )
        with page.expect_request("**/api/icons/generate") as asked:
            page.get_by_role("button", name="Draw 4 variations").click()
        body = asked.value.post_data_json
        assert (body["model"], body["quality"], len(body["provider"])) == ("gpt-image-2.6-flare", "high", 36)
        expect(page.get_by_role("alert")).to_have_text("Raise the budget.")
    page.reload()
    expect(page.get_by_role("radio", name="Modern")).to_be_visible()
    expect(page.get_by_label("Drawn by")).to_have_count(0)
    watch.troubles.clear()  # Chromium reports the 402


def test_another_seed_draws_another_picture(page) -> None:
    """And says which seed it was."""
    draw(page, "Kite shop")
    before = page.get_by_role("img", name="Icon for Kite shop").get_attribute("src")
    page.get_by_role("button", name="Another seed").last.click()
    expect(page.get_by_role("img", name="Icon for Kite shop")).not_to_have_attribute("src", before)
    assert page.get_by_label("Seed", exact=True).input_value() != "0"


def test_a_draft_outlives_a_reload(page) -> None:
    """Nothing that was entered is lost."""
    page.get_by_label("Category").fill("Half a thought")
    page.get_by_role("radio", name="Neon").check()
    page.reload()
    expect(page.get_by_label("Category")).to_have_value("Half a thought")
    expect(page.get_by_role("radio", name="Neon")).to_be_checked()


def test_a_category_of_the_library_written_out_offers_its_objects(page) -> None:
    """Also one that is not among the best known; nothing has to be picked."""
    page.get_by_label("Category").press_sequentially("electric vehicles")
    expect(page.get_by_role("group", name="Suggested objects").get_by_role("button").first).to_be_visible()


def test_an_empty_request_says_what_is_missing(page) -> None:
    """Beside the field, for eyes and screen readers."""
    page.get_by_role("button", name="Draw 4 variations").click()
    expect(page.get_by_text("Say what the icon is for")).to_be_visible()


def test_markup_is_shown_as_text(page) -> None:
    """What a person writes is never read as HTML."""
    nasty = "<img src=x onerror=alert(1)>"
    draw(page, nasty)
    expect(page.get_by_role("heading", name=nasty)).to_be_visible()
    visit(page, "Gallery")
    expect(page.get_by_text(nasty).first).to_be_visible()
