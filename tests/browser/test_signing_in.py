"""Who comes in, who goes, and what a session that ends leaves untouched."""

from playwright.sync_api import expect

from tests.browser.flows import spoil, visit
from tools.browsing import PASSWORD, sign_in

TOKENS = "JSON.parse(localStorage.getItem('icon-studio.session'))"


def test_a_wrong_password_is_said_so(open_page, watch) -> None:
    """The form stays, with what was wrong."""
    page = open_page(signed_in=False)
    page.get_by_label("User name").fill("admin")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("User name or password is wrong.")
    watch.troubles.clear()  # Chromium reports the 401


def test_a_session_outlives_a_reload_and_ends_on_request(page, url) -> None:
    """Signing out forgets the tokens here and at the service."""
    page.reload()
    expect(page.get_by_role("navigation")).to_be_visible()
    tokens = page.evaluate(TOKENS)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.evaluate(TOKENS) is None
    answer = page.request.post(f"{url}/api/auth/refresh", data={"refresh_token": tokens["refresh"]})
    assert answer.status == 401


def test_a_token_that_has_run_out_is_renewed_silently(page, watch) -> None:
    """The person does not notice."""
    spoil(page, "access")
    visit(page, "Queue")
    expect(page.get_by_text("Drawing now")).to_be_visible()
    assert page.evaluate(TOKENS)["access"] != "spoilt"
    watch.troubles.clear()  # Chromium reports the 401


def test_a_session_that_has_ended_loses_no_work(page, watch) -> None:
    """Signing in again, over the page, finishes what was asked for."""
    page.get_by_label("Category").fill("Lighthouse keeping")
    page.get_by_label("Category").press("Escape")
    spoil(page, "access", "refresh")
    page.get_by_role("button", name="Draw 4 variations").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("img", name="Icon for Lighthouse keeping")).to_be_visible()
    expect(dialog).not_to_be_visible()
    expect(page.get_by_label("Category")).to_have_value("Lighthouse keeping")
    watch.troubles.clear()  # Chromium reports the 401s


def test_signing_out_leaves_nothing_of_the_work(page, url) -> None:
    """Whoever signs in next does not see the draft."""
    page.get_by_label("Category").fill("Secret project")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, url)
    expect(page.get_by_label("Category")).to_have_value("")
