"""Prices and budgets on the pages: what a click will cost, what it may cost, and what to do once that is spent."""

import pytest
from playwright.sync_api import Page, expect

from icons.domain.spending import MICRO
from tests.browser.flows import ask, cells, connect, fresh, visit


@pytest.fixture
def paying(inner_page: Page, inner) -> Page:
    """The Batches page with a connection that costs money, chosen."""
    page = inner_page
    connect(page, inner.provider, "Agency")
    visit(page, "Batches")
    page.get_by_label("Drawn by").select_option(label="Agency")
    return page


@pytest.fixture
def month(inner):
    """Sets the administrator's budget of this month, in dollars."""
    spending, account = inner.studio.house.engines.store.spending, inner.studio.admin.id
    yield lambda dollars: spending.set_budget(account, int(dollars * MICRO))
    spending.set_budget(account, None)


def draw(page: Page, categories: list[str]) -> None:
    page.get_by_label("Categories").fill("\n".join(categories))
    page.get_by_role("button", name=f"Draw {len(categories)} icon").click()


def test_a_batch_stays_within_its_bound(paying: Page, watch) -> None:
    """A bound below the price is refused, with what to do; a higher one is sent along and the batch is drawn."""
    page = paying
    page.get_by_label("Spend at most").fill("0,001")
    draw(page, fresh(2))
    expect(page.get_by_role("alert")).to_contain_text("Raise the budget, or draw with the provider local.")
    page.get_by_label("Spend at most").fill("9.5")
    with page.expect_request("**/api/icons/generate/batch") as asked:
        page.get_by_role("button", name="Draw 2 icons").click()
    assert asked.value.post_data_json["max_cost"] == 9.5
    page.wait_for_url("**/#/batches/*")
    expect(cells(page)).to_have_count(2)
    watch.troubles.clear()  # Chromium reports the 402


def test_a_bound_is_asked_for_only_where_money_is_spent(paying: Page) -> None:
    """The studio's own drawings have none, and none is sent for them though one was entered before."""
    page = paying
    page.get_by_label("Spend at most").fill("9.5")
    page.get_by_label("Drawn by").select_option(label="Icon Studio")
    expect(page.get_by_label("Spend at most")).to_have_count(0)
    with page.expect_request("**/api/icons/generate/batch") as asked:
        draw(page, fresh(1))
    assert "max_cost" not in asked.value.post_data_json


def test_a_spent_month_says_so_before_and_after_the_click(paying: Page, month, watch) -> None:
    """What is left stands beside the price; the refusal says what to do, on either page; nothing was called."""
    page, calls = paying, len(ask(paying, "GET", "/api/spending?group_by=model").json()["rows"])
    month(0.002)
    page.get_by_label("Categories").fill("Lighthouses\nHarbours")
    expect(page.get_by_text("left this month")).to_be_visible()
    page.get_by_role("button", name="Draw 2 icons").click()
    expect(page.get_by_role("alert")).to_contain_text("of this month's $0.002")
    expect(page.get_by_role("alert")).to_contain_text("Raise the budget, or draw with the provider local.")
    visit(page, "Generate")
    page.get_by_label("Category").fill("Lighthouses")
    page.get_by_label("Category").press("Escape")
    page.get_by_label("Drawn by").select_option(label="Agency")
    page.get_by_role("button", name="Draw 4 variations").click()
    expect(page.get_by_role("alert")).to_contain_text("Raise the budget")
    visit(page, "Queue")
    expect(page.get_by_role("progressbar", name="Budget of this month")).to_be_visible()
    assert len(ask(page, "GET", "/api/spending?group_by=model").json()["rows"]) == calls
    watch.troubles.clear()  # Chromium reports the 402
