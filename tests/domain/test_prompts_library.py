"""The built-in library: its data is complete and unambiguous, and everything is found under any fair spelling."""

import pytest

from icons.domain.errors import InvalidRequest
from icons.domain.prompts import Library
from icons.domain.prompts.entries import DRAWINGS, canonical, hex_colour, matching_key

LIBRARY = Library.built_in()
ENTRIES = [*LIBRARY.styles, *LIBRARY.schemes, *LIBRARY.categories]


def test_counts():
    """The library is as large as promised."""
    assert set(LIBRARY.styles.names) == DRAWINGS
    assert len(LIBRARY.styles) == 19
    assert len(LIBRARY.schemes) >= 14
    assert len(LIBRARY.categories) >= 200


def test_every_style_draws_what_it_is_called():
    """A built-in style and its drawing have one name."""
    assert all(style.drawing == style.name for style in LIBRARY.styles)


def test_wording_of_styles():
    """A style directs a model in 20 to 45 words and says what to avoid."""
    for style in LIBRARY.styles:
        assert 20 <= len(style.wording.split()) <= 45, style.name
        assert "; no " in style.wording, style.name
        assert style.description.endswith("."), style.name


def test_palettes():
    """A scheme has at least three different palettes of three colours each."""
    for scheme in LIBRARY.schemes:
        assert len(set(scheme.palettes)) == len(scheme.palettes) >= 3, scheme.name
        assert all(len(palette) == 3 for palette in scheme.palettes), scheme.name
        assert all(colour == hex_colour(colour) for palette in scheme.palettes for colour in palette), scheme.name


def test_one_scheme_is_branded_and_one_grey():
    """Only brand_colors gives way to brand colours, and only monochrome is without hue."""
    assert [scheme.name for scheme in LIBRARY.schemes if scheme.branded] == ["brand_colors"]
    assert [scheme.name for scheme in LIBRARY.schemes if scheme.monochrome] == ["monochrome"]


def test_suggestions():
    """A category suggests three to eight different objects in plain lower-case words."""
    for category in LIBRARY.categories:
        keys = [matching_key(suggestion) for suggestion in category.suggestions]
        assert 3 <= len(set(keys)) == len(keys) <= 8, category.name
        assert all(canonical(text).replace("_", " ") == text for text in category.suggestions), category.name


def test_aliases():
    """An alias is written in normal form and adds a spelling that the name and the other aliases do not cover."""
    for entry in ENTRIES:
        assert all(alias in (canonical(alias), canonical(alias).replace("_", " ")) for alias in entry.aliases)
        spellings = [entry.name, *entry.aliases]
        assert len({matching_key(spelling) for spelling in spellings}) == len(spellings), entry.name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("modern", "modern"),
        ("Hand-Drawn", "hand_drawn"),
        (" hand  drawn ", "hand_drawn"),
        ("LINE", "outline"),
        ("3D", "clay"),
        ("sketch", "hand_drawn"),
        ("doodle", "hand_drawn"),
        ("glassmorphism", "glass"),
        ("8bit", "pixel"),
        ("papercut", "paper_cut"),
        ("emblem", "badge"),
        ("emoji", "illustrated"),
    ],
)
def test_style_spellings(spelling, name):
    """A style is found by name or alias in any case and spacing."""
    assert LIBRARY.style(spelling).name == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("brand colours", "brand_colors"),
        ("Blue", "blue_tones"),
        ("blue-tones", "blue_tones"),
        ("earth_tones", "earth"),
        ("grayscale", "monochrome"),
        ("mono", "monochrome"),
    ],
)
def test_scheme_spellings(spelling, name):
    """A colour scheme is found by name, title or alias in any case and spacing."""
    assert LIBRARY.scheme(spelling).name == name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("office supplies", "office_supplies"),
        ("Office  Supply", "office_supplies"),
        ("electronics", "electronics"),
        ("tools", "tools"),
        ("automotive", "automotive"),
        ("food and drinks", "food_drink"),
        ("Food & Drink", "food_drink"),
        ("Café", "coffee"),
        ("Movie", "movies_film"),
        ("taxis", "taxi_ride_sharing"),
        ("buses", "public_transport"),
        ("Women’s fashion", "womens_fashion"),
    ],
)
def test_category_spellings(spelling, name):
    """A category is found whatever the plural, accents, apostrophes and joining words."""
    category = LIBRARY.category(spelling)
    assert category is not None
    assert category.name == name


@pytest.mark.parametrize("spelling", ["", "&", "quantum basket weaving"])
def test_unknown_category(spelling):
    """A category nobody listed is no error: it is drawn by its words."""
    assert LIBRARY.category(spelling) is None


def test_every_title_is_a_name():
    """What a picker shows as a title can be sent back as it stands."""
    assert all(LIBRARY.style(style.title) is style for style in LIBRARY.styles)
    assert all(LIBRARY.scheme(scheme.title) is scheme for scheme in LIBRARY.schemes)
    assert all(LIBRARY.category(category.title) is category for category in LIBRARY.categories)


@pytest.mark.parametrize("name", ["modren", "natural", "vivid", ""])
def test_unknown_style(name):
    """An unknown style is refused with the list of valid names."""
    with pytest.raises(InvalidRequest) as caught:
        LIBRARY.style(name)
    assert set(caught.value.fields) == {"style"}
    assert all(style in caught.value.fields["style"] for style in LIBRARY.styles.names)


def test_did_you_mean():
    """A slip of the pen is answered with the name it resembles."""
    with pytest.raises(InvalidRequest, match="Did you mean 'modern'"):
        LIBRARY.style("modren")
    with pytest.raises(InvalidRequest, match="Did you mean 'blue_tones'") as caught:
        LIBRARY.scheme("bleu tones")
    assert set(caught.value.fields) == {"color_scheme"}


def test_suggest_ranks_title_then_word_then_alias():
    """Type-ahead puts titles that begin so first, then later words of titles, then aliases."""
    found = [category.name for category in LIBRARY.suggest("pho")]
    assert found[0] == "photography"
    assert found.index("photography") < found.index("mobile_phones") < found.index("cameras")


@pytest.mark.parametrize(
    ("typed", "name"), [("resturant", "restaurants"), ("Shose", "shoes"), ("transprot", "public_transport")]
)
def test_suggest_forgives_typing(typed, name):
    """When nothing begins so, spelling decides."""
    assert LIBRARY.suggest(typed)[0].name == name


def test_suggest_without_a_query_mixes_groups():
    """Before anything is typed, every group shows its first category."""
    groups = {category.group for category in LIBRARY.categories}
    shown = LIBRARY.suggest(limit=len(groups))
    assert {category.group for category in shown} == groups


@pytest.mark.parametrize("limit", [-1, 0, 1, 7, 1000])
def test_suggest_keeps_to_its_limit(limit):
    """Never more than asked for, and nothing twice."""
    for query in ("", "s", "shoose"):
        names = [category.name for category in LIBRARY.suggest(query, limit)]
        assert len(names) == len(set(names)) <= max(limit, 0)
