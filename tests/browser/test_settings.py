"""The Settings page: connections, API keys, webhooks, workers."""

from playwright.sync_api import Page, expect

from tests.browser.flows import ask, visit


def settings(page: Page, section: str):
    """One section of the page."""
    visit(page, "Settings")
    return page.get_by_role("region", name=section)


def test_a_key_is_shown_once_and_revoked_at_the_second_click(page, url) -> None:
    """It opens the API until then, and nothing after."""
    keys = settings(page, "API keys")
    keys.get_by_label("Name").fill("Build server")
    keys.get_by_role("button", name="Create key").click()
    secret = page.locator(".fresh code").inner_text()
    keys.get_by_role("button", name="Copy key").click()
    expect(page.get_by_text("Key copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    bearer = {"X-API-Key": secret}
    assert page.request.get(f"{url}/api/auth/me", headers=bearer).ok
    page.reload()
    expect(page.get_by_text("Build server")).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke Build server").click()
    page.get_by_role("button", name="Really revoke Build server").click()
    expect(page.get_by_text("no longer opens anything")).to_be_visible()
    assert page.request.get(f"{url}/api/auth/me", headers=bearer).status == 401


def test_a_connection_is_made_tested_changed_and_deleted(painted_page, painted, watch) -> None:
    """Its key is never seen again; the provider's answer stands beside it; another address asks for the key anew."""
    page = painted_page
    connections = settings(page, "Connections")
    connections.get_by_role("button", name="Add connection").click()
    form = connections.get_by_role("form", name="New connection")
    form.get_by_label("Name").fill("<b>Agency</b>")
    form.get_by_label("API key").fill("sk-agency-0123456789")
    form.get_by_label("Address").fill(painted.provider.address("openai"))
    form.get_by_text("Limits that the provider grants you").click()
    form.get_by_label("Images a minute").fill("30")
    form.get_by_role("button", name="Save").click()
    row = connections.get_by_role("listitem").filter(has_text="<b>Agency</b>")
    expect(row).to_contain_text("key ending in 6789")
    assert "sk-agency" not in page.content()
    row.get_by_role("button", name="Test").click()
    expect(row.get_by_role("status")).to_contain_text("ms")
    assert painted.provider.calls[-1].key == "sk-agency-0123456789"
    row.get_by_role("button", name="Edit").click()
    form = connections.get_by_role("form", name="Edit <b>Agency</b>")
    expect(form.get_by_label("API key")).to_have_value("")
    form.get_by_label("Address").fill("http://127.0.0.1:9/v1")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_contain_text("send the key again")
    form.get_by_label("API key").fill("sk-agency-0123456789")
    form.get_by_label("Name").fill("Agency")
    form.get_by_role("button", name="Save").click()
    row = connections.get_by_role("listitem").filter(has_text="127.0.0.1:9")
    row.get_by_role("button", name="Test").click()
    expect(row.get_by_role("status")).to_contain_text("cannot be reached")
    row.get_by_role("button", name="Delete Agency").click()
    row.get_by_role("button", name="Really delete Agency").click()
    expect(row).to_have_count(0)
    watch.troubles.clear()  # Chromium reports the 400


def test_a_connection_that_misses_something_says_what(painted_page, watch) -> None:
    """Beside the field."""
    page = painted_page
    connections = settings(page, "Connections")
    connections.get_by_role("button", name="Add connection").click()
    form = connections.get_by_role("form", name="New connection")
    form.get_by_label("Name").fill("Nowhere")
    form.get_by_label("Provider").select_option(label="OpenAI-compatible")
    form.get_by_label("Address").fill("not an address")
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".field.wrong").get_by_label("Address")).to_be_visible()
    form.get_by_role("button", name="Cancel").click()
    expect(form).to_have_count(0)
    watch.troubles.clear()  # Chromium reports the 400


def test_the_signing_secret_is_hidden_until_asked_for_and_rotates(page) -> None:
    """The new one is shown; the one before signs along for a while."""
    hooks = settings(page, "Webhooks")
    secret = ask(page, "GET", "/api/webhooks/secret").json()["secret"]
    expect(hooks.get_by_text("Signing secret")).to_be_visible()
    expect(hooks.get_by_text(secret)).to_have_count(0)
    hooks.get_by_role("button", name="Show", exact=True).click()
    expect(hooks.get_by_text(secret)).to_be_visible()
    hooks.get_by_role("button", name="Rotate").click()
    hooks.get_by_role("button", name="Really rotate").click()
    expect(hooks.get_by_text("signs along until")).to_be_visible()
    expect(hooks.get_by_text(secret)).to_have_count(0)
    expect(hooks.get_by_text(ask(page, "GET", "/api/webhooks/secret").json()["secret"])).to_be_visible()


def test_deliveries_are_listed_filtered_and_sent_again(page) -> None:
    """With what went wrong."""
    body = {"category": "Hooks", "size": 64, "webhookUrl": "https://hooks.invalid/told"}
    ask(page, "POST", "/api/icons/generate", data=body)
    hooks = settings(page, "Webhooks")
    row = hooks.get_by_role("listitem").filter(has_text="hooks.invalid").first
    expect(row).to_contain_text("job.completed")
    expect(row).to_contain_text("attempt")
    hooks.get_by_label("Show", exact=True).select_option(label="Delivered")
    expect(hooks.get_by_text("None of this kind.")).to_be_visible()


def test_a_connected_worker_is_seen_coming_and_going(open_page, page) -> None:
    """With what it can; the address to connect to is shown; what it says of itself is text."""
    workers = settings(page, "Connected workers")
    expect(workers.get_by_text("None is connected now.")).to_be_visible()
    address = workers.get_by_role("code").inner_text()
    extension = open_page()
    extension.evaluate(
        """async (address) => {
            const { access: token } = JSON.parse(localStorage.getItem("icon-studio.session"));
            const metadata = { version: "1.2", capabilities: ["gpt-image-2"], capacity: 2, token };
            window.socket = new WebSocket(address);
            await new Promise((go) => (socket.onopen = go));
            socket.send(JSON.stringify({ type: "authenticate", extensionId: "Painter <i>", metadata }));
        }""",
        address,
    )
    row = workers.get_by_role("listitem").filter(has_text="Painter <i> 1.2")
    expect(row).to_contain_text("gpt-image-2")
    expect(row).to_contain_text("0 of 2 at once")
    expect(row).to_contain_text("Ready")
    extension.close()
    expect(row).to_have_count(0)
