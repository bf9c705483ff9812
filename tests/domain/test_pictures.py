"""Pictures asked for in plain words: sizes, wording, and what the local draughtsman gets."""

import pytest

from icons.domain.errors import InvalidRequest
from icons.domain.images import Tag, TagType
from icons.domain.pictures import ImageRequest, dimensions
from icons.domain.prompts.library import Library

LIBRARY = Library.built_in()


@pytest.mark.parametrize(
    ("size", "ratio", "expected"),
    [
        ("", "", (1024, 1024)),
        ("auto", "", (1024, 1024)),
        ("1792x1024", "", (1792, 1024)),
        ("512x512", "16:9", (512, 512)),
        ("", "16:9", (1024, 576)),
        ("", "9:16", (576, 1024)),
        ("", "3:1", (1024, 336)),
    ],
)
def test_sizes_and_ratios_become_pixels(size: str, ratio: str, expected: tuple[int, int]) -> None:
    """A size wins over a ratio; ratios lie on the grid that models draw on."""
    assert dimensions(size, ratio) == expected


@pytest.mark.parametrize(
    ("size", "ratio", "field"),
    [
        ("15x512", "", "options.size"),
        ("4096x4096", "", "options.size"),
        ("512", "", "options.size"),
        ("-512x512", "", "options.size"),
        ("٥١٢x512", "", "options.size"),
        ("99999999999x1", "", "options.size"),
        ("", "16/9", "options.aspectRatio"),
        ("", "0:1", "options.aspectRatio"),
        ("", "10:1", "options.aspectRatio"),
    ],
)
def test_impossible_sizes_are_refused_by_name(size: str, ratio: str, field: str) -> None:
    """Whether too small, too large or no size at all."""
    with pytest.raises(InvalidRequest) as raised:
        ImageRequest("a castle", "p", "local", size=size, aspect_ratio=ratio)
    assert list(raised.value.fields) == [field]


def test_a_prompt_says_something() -> None:
    """Blanks and invisible characters are no prompt."""
    with pytest.raises(InvalidRequest) as raised:
        ImageRequest(" \u200b\n", "p", "local")
    assert list(raised.value.fields) == ["prompt"]


def test_a_model_is_told_the_style_in_words_and_the_rest_as_options() -> None:
    """One order for all pictures; the prompt stays as it was written."""
    (order,) = ImageRequest("a castle", "p", "openai", "gpt-image-2", 3, quality="hd", style="vivid").orders(
        LIBRARY, "job", "trace"
    )
    assert order.prompt.text.startswith("a castle\n\nStyle: vivid")
    assert (order.count, order.quality, order.model, order.key) == (3, "hd", "gpt-image-2", "job")


def test_the_local_draughtsman_draws_one_variation_at_a_time() -> None:
    """Long prompts are shortened for it; three pictures are three variations."""
    orders = ImageRequest("castle " * 500, "p", "local", count=3).orders(LIBRARY, "job", "trace")
    assert [order.prompt.brief.variation for order in orders] == [0, 1, 2]
    assert {order.count for order in orders} == {1}
    assert len(orders[0].prompt.brief.subject) <= 200


def test_a_request_is_read_back_as_it_was_kept() -> None:
    """Tags included."""
    request = ImageRequest("a castle", "p", "local", tags=(Tag(TagType.CHAT, "7"),))
    assert ImageRequest.from_json(request.to_json()) == request
