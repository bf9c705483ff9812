"""OpenAI: what is asked for, what is done with the answer, and what happens when transparency is refused."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from icons.domain.errors import ProviderError, ProviderFailed, RequestRefused
from icons.domain.images import Format, Picture
from icons.domain.prompts.brief import Background
from icons.domain.requests import Notice
from tests.adapters.providers.asking import KEY, an_order, draw, pixels, with_provider
from tests.fakes import shapes
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider


def test_an_icon_is_drawn_large_and_brought_to_its_size(fake_provider: FakeProvider) -> None:
    """The nearest size that is not smaller is asked for; the answer has exactly the size and format of the order."""
    answer = draw(fake_provider, an_order(width=512, height=512, format=Format.WEBP))
    body = fake_provider.calls[0].body
    assert (body["size"], body["output_format"], body["n"]) == ("1024x1024", "webp", 1)
    with Image.open(BytesIO(answer.pictures[0].data)) as image:
        assert (image.format, image.size) == ("WEBP", (512, 512))
    assert answer.facts["drawn_size"] == "1024x1024"


def test_nothing_is_sent_that_gpt_image_models_refuse(fake_provider: FakeProvider) -> None:
    """Neither response_format nor style, and no quality that nobody asked for."""
    draw(fake_provider, an_order())
    assert set(fake_provider.calls[0].body) == {"model", "prompt", "n", "size", "output_format"}


@pytest.mark.parametrize("references", [(), (Picture(shapes.picture("a cup"), Format.PNG),)])
def test_a_model_that_knows_of_end_users_is_told_for_whom_it_draws(fake_provider: FakeProvider, references) -> None:
    """Of new pictures and of edits; one that nobody knows is not, nor is anybody where no user is known."""
    draw(fake_provider, an_order(end_user="somebody", references=references))
    draw(fake_provider, an_order(end_user="somebody", references=references, model="gpt-image-9"))
    draw(fake_provider, an_order(references=references))
    assert [call.body.get("safety_identifier") for call in fake_provider.calls] == ["somebody", None, None]


def test_old_names_run_on_living_models(fake_provider: FakeProvider) -> None:
    """The answer says which model ran, which was asked for, and why; hd is called high."""
    answer = draw(fake_provider, an_order(model="dall-e-3", quality="hd"))
    body = fake_provider.calls[0].body
    assert (body["model"], body["quality"]) == ("gpt-image-2.5-flare", "high")
    assert (answer.model, answer.facts["requested_model"]) == ("gpt-image-2.5-flare", "dall-e-3")
    assert any("retired" in note for note in answer.facts["notes"])


def test_an_unknown_model_is_passed_through_with_the_prompt_alone(fake_provider: FakeProvider) -> None:
    """What the catalogue does not know may still exist; the answer says that it was not known."""
    answer = draw(fake_provider, an_order(model="gpt-image-9", quality="high"))
    assert set(fake_provider.calls[0].body) == {"model", "prompt", "n"}
    assert answer.model == "gpt-image-9"
    assert any("does not know" in note for note in answer.facts["notes"])


def test_usage_and_limits_are_read(fake_provider: FakeProvider) -> None:
    """Tokens for the bill, headers for the throttle, the request's id for support."""
    fake_provider.headers = {
        "x-ratelimit-remaining-requests": "41",
        "x-ratelimit-reset-requests": "1.2s",
        "x-ratelimit-remaining-tokens": "39000",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    answer = draw(fake_provider, an_order())
    assert (answer.usage.text_tokens, answer.usage.image_tokens, answer.usage.output_tokens) == (40, 10, 1056)
    assert answer.notice == Notice(41, 1.2, 39000, 360.0)
    assert answer.facts["request_id"] == "req-1"


def test_many_pictures_of_one_call(fake_provider: FakeProvider) -> None:
    """Ten at once, because the model may."""
    assert len(draw(fake_provider, an_order(count=10)).pictures) == 10
    assert [call.body["n"] for call in fake_provider.calls] == [10]


def test_many_pictures_one_by_one(fake_provider: FakeProvider) -> None:
    """A model that draws one at a time is asked as often, each time under a key of its own; tokens add up."""
    answer = draw(fake_provider, an_order(count=3, model="unheard-of"))
    assert len(answer.pictures) == answer.usage.images == 3
    assert [call.headers["idempotency-key"] for call in fake_provider.calls] == ["job-1", "job-1-1", "job-1-2"]
    assert answer.usage.output_tokens == 3 * 1056


def test_what_is_paid_for_is_delivered(fake_provider: FakeProvider) -> None:
    """When the second of two calls fails, the first picture is not thrown away."""

    fake_provider.fail_after(1, Fault.SERVER_ERROR)
    answer = draw(fake_provider, an_order(count=2, model="unheard-of"))
    assert len(answer.pictures) == 1
    assert answer.facts["undelivered"]["pictures"] == 1


def test_a_transparent_background_is_asked_for(fake_provider: FakeProvider) -> None:
    """The model's own transparency is taken as it is."""
    answer = draw(fake_provider, an_order(background=Background.TRANSPARENT))
    assert fake_provider.calls[0].body["background"] == "transparent"
    assert answer.facts["transparent"] == "native"
    assert pixels(answer.pictures[0]).getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("background", [Background.AUTO, Background.OPAQUE])
def test_other_backgrounds_are_left_to_the_model(fake_provider: FakeProvider, background: Background) -> None:
    """The prompt says what stands behind the picture; nothing is cut."""
    answer = draw(fake_provider, an_order(background=background))
    assert "background" not in fake_provider.calls[0].body
    assert "transparent" not in answer.facts
    assert pixels(answer.pictures[0]).getpixel((0, 0)) == (255, 255, 255, 255)


def test_refused_transparency_is_remembered_and_made_here(fake_provider: FakeProvider) -> None:
    """One refusal per connection and model; then the flat background is cut out, and the answer says so."""
    fake_provider.opaque_only = True

    async def twice(provider):
        order = an_order(background=Background.TRANSPARENT)
        return [await provider.draw(order) for _ in range(2)]

    answers = with_provider(fake_provider, "openai", twice)
    assert [call.body.get("background") for call in fake_provider.calls] == ["transparent", None, None]
    for answer in answers:
        assert answer.facts["transparent"] == "matte"
        cut = pixels(answer.pictures[0])
        assert cut.getpixel((0, 0))[3] == 0
        assert cut.getpixel((32, 32))[3] == 255


def test_other_refusals_of_transparent_orders_are_final(fake_provider: FakeProvider) -> None:
    """Only a word about the background leads to a second call."""
    fake_provider.fail(Fault.BAD_REQUEST)
    with pytest.raises(RequestRefused):
        draw(fake_provider, an_order(background=Background.TRANSPARENT))
    assert len(fake_provider.calls) == 1


@pytest.mark.parametrize("references", [0, 1])
def test_unfinished_pictures_are_shown(fake_provider: FakeProvider, references: int) -> None:
    """A listener gets what the model streams, in the size of the order, then the finished picture with its bill."""
    shown: list[Picture] = []
    source = Picture(shapes.picture("source"), Format.PNG)

    async def listen(picture: Picture) -> None:
        shown.append(picture)

    order = an_order(references=(source,) * references)
    answer = with_provider(fake_provider, "openai", lambda provider: provider.draw(order, listen))
    assert len(shown) == 2
    assert pixels(shown[0]).size == (64, 64)
    assert answer.usage.output_tokens == 1056
    assert answer.facts["request_id"] == "req-1"
    assert fake_provider.calls[0].path.endswith("edits" if references else "generations")


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.MALFORMED])
def test_a_stream_that_breaks_off_is_a_failure(fake_provider: FakeProvider, fault: Fault) -> None:
    """Without its last event there is no picture."""

    async def listen(picture: Picture) -> None:
        """Nothing comes."""

    fake_provider.fail(fault)
    with pytest.raises(ProviderFailed) as caught:
        with_provider(fake_provider, "openai", lambda provider: provider.draw(an_order(), listen))
    assert caught.value.outcome == "unknown"


@pytest.mark.parametrize(("code", "kind"), [("moderation_blocked", RequestRefused), ("server_error", ProviderFailed)])
def test_an_error_within_a_stream_is_told(fake_provider: FakeProvider, code: str, kind: type[ProviderError]) -> None:
    """It had begun well; the error holds neither the key nor the package's exception, which does."""

    async def listen(picture: Picture) -> None:
        """Unfinished ones come before the error."""

    fake_provider.stream_error = {"code": code, "type": code, "message": f"No more, {KEY}."}
    with pytest.raises(kind) as caught:
        with_provider(fake_provider, "openai", lambda provider: provider.draw(an_order(), listen))
    assert KEY not in str(vars(caught.value))
    assert caught.value.__context__ is None


def test_pictures_to_work_from_and_a_mask_are_uploaded(fake_provider: FakeProvider) -> None:
    """References make it an edit; files arrive byte by byte."""
    source, mask = (Picture(shapes.picture(name), Format.PNG) for name in ("source", "mask"))
    draw(fake_provider, an_order(references=(source,), mask=mask))
    call = fake_provider.calls[0]
    assert call.path == "/v1/images/edits"
    assert call.body["image[]"] == source.data
    assert call.body["mask"] == mask.data


def test_svg_comes_sanitised(fake_provider: FakeProvider) -> None:
    """A model that draws SVG is asked for it, one at a time; its script stays outside."""
    answer = draw(fake_provider, an_order(format=Format.SVG, model="gpt-image-2.6-flare"))
    assert fake_provider.calls[0].body["output_format"] == "svg"
    svg = answer.pictures[0].data.decode()
    assert "<rect" in svg
    assert "script" not in svg


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": Format.SVG}, "draws no SVG"),
        ({"references": (Picture(b"", Format.PNG),) * 17}, "at most 16 pictures"),
        ({"mask": Picture(b"", Format.PNG)}, "a mask needs a picture"),
    ],
)
def test_what_a_model_cannot_do_is_refused_before_it_is_sent(fake_provider: FakeProvider, changes, words) -> None:
    """With a text that says what can be done instead."""
    with pytest.raises(RequestRefused, match=words) as caught:
        draw(fake_provider, replace(an_order(), **changes))
    assert caught.value.outcome == "unsent"
    assert not fake_provider.calls
