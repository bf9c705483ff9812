"""Gallery, Queue and Settings."""

from playwright.sync_api import expect

from tests.browser.flows import cells, expect_done, finished, fresh, start_batch, visit


def test_the_gallery_is_filtered_and_leads_on(page) -> None:
    """By category and style; an icon opens with its facts and leads to more like it."""
    (name,) = fresh(1)
    start_batch(page, [name])
    expect_done(page, 1)
    visit(page, "Gallery")
    page.get_by_label("Category").fill(name)
    page.get_by_label("Category").press("Enter")
    expect(cells(page)).to_have_count(1)
    finished(page).first.click()
    page.get_by_role("link", name="More like this").click()
    expect(page.get_by_role("heading", name="Generate an icon")).to_be_visible()
    expect(page.get_by_label("Category")).to_have_value(name)
    visit(page, "Gallery")
    page.get_by_label("Category").fill("never asked for")
    page.get_by_label("Category").press("Enter")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_the_queue_counts_what_was_drawn(page) -> None:
    """The figures are those of the service."""
    start_batch(page, fresh(2))
    expect_done(page, 2)
    visit(page, "Queue")
    expect(page.get_by_text("icons succeeded")).to_be_visible()
    expect(page.get_by_role("link", name="2 icons").first).to_be_visible()


def test_a_key_is_shown_once_and_revoked_at_the_second_click(page, url) -> None:
    """It opens the API until then, and nothing after."""
    visit(page, "Settings")
    page.get_by_label("Name").fill("Build server")
    page.get_by_role("button", name="Create key").click()
    secret = page.locator(".fresh code").inner_text()
    bearer = {"X-API-Key": secret}
    assert page.request.get(f"{url}/api/auth/me", headers=bearer).ok
    page.reload()
    expect(page.get_by_text("Build server")).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke Build server").click()
    page.get_by_role("button", name="Really revoke Build server").click()
    expect(page.get_by_text("no longer opens anything")).to_be_visible()
    assert page.request.get(f"{url}/api/auth/me", headers=bearer).status == 401
