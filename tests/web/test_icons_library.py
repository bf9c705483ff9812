"""Styles, schemes, suggestions, the cache and the figures."""

from typing import Any

import pytest

from tests.conftest import Studio

GENERATE = "/api/icons/generate"


@pytest.fixture
def drawn(studio: Studio):
    """A client of an account that has three icons, and one that has none."""
    studio.web.app.validate_response = True
    client = studio.client()
    for category, style in (("tools", "flat"), ("garden", "flat"), ("tools", "modern")):
        assert client.post(GENERATE, json={"category": category, "style": style, "size": 64}).status_code == 200
    return client, studio.client(studio.admin)


def cached(client, **query: Any) -> dict[str, Any]:
    return client.get("/api/icons/cached", query_string=query).json


def test_styles_and_schemes_are_those_that_can_be_asked_for(house: Studio) -> None:
    """Every listed name and alias is accepted by the library that draws."""
    house.web.app.validate_response = True
    client, library = house.client(), house.service.library
    styles = client.get("/api/icons/styles").json
    assert styles["count"] == len(styles["styles"]) == len(library.styles)
    for style in styles["styles"]:
        assert all(library.style(name).name == style["name"] for name in (style["name"], *style["aliases"]))
    schemes = client.get("/api/icons/color-schemes").json["color_schemes"]
    assert {"brand_colors", "blue_tones"} <= {scheme["name"] for scheme in schemes}
    assert all(colour.startswith("#") for scheme in schemes for palette in scheme["palettes"] for colour in palette)


def test_categories_are_suggested(house: Studio) -> None:
    """What has been typed leads to what is meant; nothing typed leads to a mixture."""
    house.web.app.validate_response = True
    client, url = house.client(), "/api/icons/categories/suggestions"
    found = client.get(url, query_string={"q": "electr", "limit": 3}).json
    assert "electronics" in {each["name"] for each in found["categories"]}
    assert found["count"] <= 3
    assert client.get(url).json["count"] == 10
    everything = client.get(url, query_string={"limit": 1000}).json["categories"]
    assert len({each["name"] for each in everything}) == len(house.service.library.categories) > 100


def test_remembered_icons_are_listed_page_by_page(drawn) -> None:
    """Newest first, filtered by category and by any spelling of a style, and each account's own."""
    client, stranger = drawn
    page = cached(client, per_page=2)
    assert (page["total"], page["pages"], len(page["icons"])) == (3, 2, 2)
    assert [each["style"] for each in page["icons"]] == ["modern", "flat"]
    assert len(cached(client, per_page=2, page=2)["icons"]) == 1
    assert cached(client, category="garden")["total"] == 1
    assert cached(client, style="Flat")["total"] == 2
    assert client.get(page["icons"][0]["image_url"]).status_code == 200
    assert cached(stranger)["icons"] == []


def test_the_cache_is_cleared_in_part_or_whole(drawn) -> None:
    """Only one's own, by filter or all; what is cleared is drawn anew."""
    client, stranger = drawn
    assert stranger.post("/api/icons/cache/clear").json["entries"] == 0
    part = client.post("/api/icons/cache/clear", json={"category": "tools", "style": "flat"}).json
    assert (part["success"], part["entries"], part["images"]) == (True, 1, 1)
    assert part["bytes"] > 0
    assert cached(client)["total"] == 2
    assert client.post("/api/icons/cache/clear").json["entries"] == 2
    again = client.post(GENERATE, json={"category": "tools", "style": "flat", "size": 64}).json
    assert again["cached"] is False


def test_only_an_administrator_clears_everybody_s_cache(drawn) -> None:
    """403 for others, and nothing is lost by the attempt."""
    client, admin = drawn
    assert client.post("/api/icons/cache/clear", json={"all": True}).status_code == 403
    assert cached(client)["total"] == 3
    assert admin.post("/api/icons/cache/clear", json={"all": True}).json["entries"] == 3


def test_figures_add_up(drawn) -> None:
    """Three icons were drawn, and one account's figures are not the other's."""
    client, admin = drawn
    figures = client.get("/api/icons/stats").json
    assert (figures["total_generations"], figures["successful_generations"]) == (3, 3)
    assert figures["success_rate"] == 1.0
    assert figures["average_generation_time"] > 0
    assert (figures["active_jobs"], figures["waiting_jobs"], figures["active_batches"]) == (0, 0, 0)
    assert (figures["cache"]["entries"], figures["cache"]["images"]) == (3, 3)
    assert admin.get("/api/icons/stats").json["total_generations"] == 3
