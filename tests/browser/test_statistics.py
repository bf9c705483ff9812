"""The Queue page: what runs and waits, how it has gone, what it has cost."""

from playwright.sync_api import expect

from tests.browser.flows import ask, connect, expect_done, fresh, start_batch, visit


def test_the_queue_counts_what_was_drawn(page) -> None:
    """The figures are those of the service; without a paid provider it says that nothing was spent."""
    start_batch(page, fresh(2))
    expect_done(page, 2)
    visit(page, "Queue")
    figures = ask(page, "GET", "/api/icons/stats").json()
    expect(page.get_by_text(f"of {figures['total_generations']:,} icons succeeded")).to_be_visible()
    expect(page.get_by_text("median; 95 % within")).to_be_visible()
    expect(page.get_by_role("link", name="2 icons").first).to_be_visible()
    expect(page.get_by_text("No spending in the last 30 days")).to_be_visible()


def test_what_runs_moves_and_is_stopped_from_there(page) -> None:
    """Without a reload: the batch appears, its bar grows, a click ends it."""
    visit(page, "Queue")
    expect(page.get_by_text("Nothing runs and nothing waits.")).to_be_visible()
    things = fresh(200)
    body = {"categories": things, "size": 1024}
    batch = ask(page, "POST", "/api/icons/generate/batch", data=body).json()["batch_id"]
    row = page.get_by_role("list", name="Under way").get_by_role("listitem").filter(has_text="of 200 icons")
    expect(row).to_be_visible()
    expect(row.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_text("the oldest asked for")).to_be_visible()
    row.get_by_role("button", name=f"Cancel {things[0]}").click()
    expect(row).to_have_count(0)
    expect(page.get_by_text("What is finished stays")).to_be_visible()
    assert ask(page, "GET", f"/api/icons/batch/{batch}/status").json()["status"] == "cancelled"


def test_a_single_job_is_stopped_from_there(painted_page, painted) -> None:
    """Also one that a provider is busy with; what it was asked for is shown as text."""
    page = painted_page
    profile = connect(page, painted.provider, "Slow account")
    visit(page, "Queue")
    painted.provider.latency = 60.0
    try:
        body = {"category": "<b>Slow boats</b>", "provider": profile}
        job = ask(page, "POST", "/api/icons/generate", data=body, headers={"Prefer": "respond-async"}).json()["job_id"]
        row = page.get_by_role("list", name="Under way").get_by_role("listitem").filter(has_text="<b>Slow boats</b>")
        row.get_by_role("button", name="Cancel").click()
        expect(row).to_have_count(0)
        assert ask(page, "GET", f"/api/icons/jobs/{job}").json()["status"] == "cancelled"
    finally:
        painted.provider.latency = 0.0


def test_spending_is_shown_by_day_and_by_model(painted_page, painted) -> None:
    """As a chart, as a table, and against the month; the sums are those of the service."""
    page = painted_page
    profile = connect(page, painted.provider, "Paid account")
    ask(page, "POST", "/api/images/generate", data={"prompt": "A paid fox", "profileId": profile})
    visit(page, "Queue")
    spent = ask(page, "GET", "/api/spending?group_by=model").json()
    models = page.get_by_role("group", name="Spending by model").get_by_role("row")
    expect(models).to_have_count(len(spent["rows"]) + 1)
    expect(models.filter(has_text=spent["rows"][0]["group"])).to_contain_text("$")
    expect(page.get_by_text("spent this month, without a budget")).to_be_visible()
    expect(page.get_by_role("img", name="Spending by day")).to_be_visible()
    page.get_by_text("As a table").click()
    days = page.get_by_role("group", name="Spending by day").get_by_role("row")
    expect(days).to_have_count(31)
    expect(days.nth(1)).to_contain_text(f"${float(spent['total']):.2f}"[:4])
    expect(days.nth(2)).to_contain_text("$0.00")
