"""The other providers: each is asked in its own way, and all answer alike."""

import asyncio
import base64
import socket
import subprocess
import sys

import pytest

from icons.adapters.providers import CATALOGUE, connect
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderFailed, RequestRefused
from icons.domain.images import Format, Picture
from icons.domain.prompts.brief import Background
from tests.adapters.providers.asking import KEY, PROVIDERS, an_order, draw, pixels, say, with_provider
from tests.fakes import shapes
from tests.fakes.faults import Fault
from tests.fakes.provider import FakeProvider

SOURCE = Picture(shapes.picture("source", "64x64"), Format.PNG)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_draws(fake_provider: FakeProvider, provider: str) -> None:
    """One picture in the order's size, drawn by the model that was asked, under the key of the connection."""
    answer = draw(fake_provider, an_order(width=96, height=48), provider)
    assert pixels(answer.pictures[0]).size == (96, 48)
    assert answer.facts["drawn_size"]
    assert fake_provider.calls[0].key == KEY
    assert answer.model in fake_provider.calls[0].path + str(fake_provider.calls[0].body)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_talks(fake_provider: FakeProvider, provider: str) -> None:
    """The last turn reaches the model, and tokens come back for the bill."""
    reply = say(fake_provider, "Which icon for a bakery?", provider)
    assert reply.text == "You said: Which icon for a bakery?"
    assert reply.usage.text_tokens == 12
    assert "Be brief." in str(fake_provider.calls[0].body)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_is_cut_out_where_it_cannot(fake_provider: FakeProvider, provider: str) -> None:
    """A transparent background comes out of every one of them."""
    answer = draw(fake_provider, an_order(background=Background.TRANSPARENT), provider)
    assert answer.facts["transparent"] == ("native" if provider == "openai" else "matte")
    assert pixels(answer.pictures[0]).getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "google"])
def test_the_idempotency_key_goes_along(fake_provider: FakeProvider, provider: str) -> None:
    """The same work is asked for under the same key, however often."""
    for _ in range(2):
        draw(fake_provider, an_order(), provider)
    assert {call.headers["idempotency-key"] for call in fake_provider.calls} == {"job-1"}


def test_xai_is_asked_for_proportions(fake_provider: FakeProvider) -> None:
    """Size, quality and style are refused there."""
    draw(fake_provider, an_order(width=1920, height=1080, quality="hd", count=2), "xai")
    body = fake_provider.calls[0].body
    assert (body["aspect_ratio"], body["resolution"], body["n"]) == ("16:9", "2k", 2)
    assert not {"size", "quality", "style"} & set(body)


def test_xai_works_from_one_picture_that_comes_in_json(fake_provider: FakeProvider) -> None:
    """A data URL at /images/edits, and no proportions: the picture has its own. A second one is refused unsent."""
    answer = draw(fake_provider, an_order(references=(SOURCE,), count=2), "xai")
    assert len(answer.pictures) == 2
    (call,) = fake_provider.calls
    assert (call.path, call.headers["content-type"]) == ("/v1/images/edits", "application/json")
    assert call.headers["idempotency-key"] == "job-1"
    kind, _, data = call.body.pop("image")["url"].partition(",")
    assert (kind, base64.b64decode(data)) == ("data:image/png;base64", SOURCE.data)
    assert set(call.body) == {"model", "prompt", "n", "response_format"}
    with pytest.raises(RequestRefused, match="from one picture"):
        draw(fake_provider, an_order(references=(SOURCE, SOURCE)), "xai")
    assert len(fake_provider.calls) == 1


def test_google_is_asked_for_a_picture_and_shown_the_references(fake_provider: FakeProvider) -> None:
    """Modalities, proportions, and the source as inline data."""
    draw(fake_provider, an_order(width=64, height=96, references=(SOURCE,)), "google")
    body = fake_provider.calls[0].body
    assert body["generationConfig"]["responseModalities"] == ["IMAGE"]
    assert body["generationConfig"]["imageConfig"]["aspectRatio"] == "2:3"
    inline = body["contents"][0]["parts"][1]["inlineData"]
    assert base64.urlsafe_b64decode(inline["data"]) == SOURCE.data


def test_google_says_when_it_blocks(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """A success without a picture but with a reason is a refusal, not a fault to be repeated."""
    blocked = {"candidates": [{"content": {}, "finishReason": "IMAGE_SAFETY"}]}
    monkeypatch.setattr(shapes, "gemini", lambda body: blocked)
    with pytest.raises(RequestRefused) as caught:
        draw(fake_provider, an_order(), "google")
    assert caught.value.code == "PROVIDER_MODERATION"


def test_openrouter_is_shown_the_references(fake_provider: FakeProvider) -> None:
    """Both modalities, and the source as a data URL beside the text."""
    draw(fake_provider, an_order(references=(SOURCE,)), "openrouter")
    body = fake_provider.calls[0].body
    assert body["modalities"] == ["image", "text"]
    assert body["messages"][0]["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_compatible_service_is_asked_for_what_all_know(fake_provider: FakeProvider) -> None:
    """Prompt, model, count, and bytes rather than addresses."""
    draw(fake_provider, an_order(quality="high"), "openai-compatible")
    assert set(fake_provider.calls[0].body) == {"model", "prompt", "n", "response_format"}


def test_a_service_without_a_known_model_needs_a_name(fake_provider: FakeProvider) -> None:
    """Nothing is guessed."""
    with pytest.raises(RequestRefused, match="Name a model"):
        draw(fake_provider, an_order(), "openai-compatible", model="")
    with pytest.raises(RequestRefused, match="Name a chat model"):
        say(fake_provider, "Hello", "gab", model="")


def test_providers_without_pictures_are_named_as_such() -> None:
    """A clear text in place of a failing job."""
    with pytest.raises(InvalidRequest, match="anthropic draws no pictures"):
        connect(Connection("p", "anthropic", KEY))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]/v1", "http://2130706433/", "ftp://a.example/"]
)
def test_addresses_inside_are_refused_at_once(url: str) -> None:
    """What users send must not reach the operator's own network."""
    with pytest.raises(InvalidRequest):
        connect(Connection("p", "openai-compatible", KEY, url))


@pytest.mark.parametrize("provider", ["ollama", "openai", "google"])
def test_a_name_that_leads_inside_is_refused_when_it_is_called(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    """Names are looked up late; the socket has the last word. Nothing arrives."""
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", fake_provider.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **options: here)
    address = fake_provider.address(provider).replace("127.0.0.1", "images.example.com")

    async def call() -> None:
        opened = connect(Connection("p", provider, KEY, address))
        await opened.open()
        try:
            await opened.draw(an_order())
        finally:
            await opened.close()

    with pytest.raises(RequestRefused, match="public internet") as caught:
        asyncio.run(call())
    assert caught.value.outcome == "unsent"
    assert not fake_provider.calls


@pytest.mark.parametrize("provider", ["xai", "openai-compatible"])
def test_addresses_in_an_answer_are_fetched(fake_provider: FakeProvider, provider: str) -> None:
    """Some services give them whatever they are asked for; the key stays with the service."""
    fake_provider.by_address = True
    assert len(draw(fake_provider, an_order(), provider).pictures) == 1
    assert [call.key for call in fake_provider.calls] == [KEY, ""]


def test_an_address_without_a_picture_may_have_been_paid(fake_provider: FakeProvider) -> None:
    """The picture was bought before its address failed."""
    fake_provider.by_address = True
    fake_provider.fail_after(1, Fault.NO_MODEL)
    with pytest.raises(ProviderFailed) as caught:
        draw(fake_provider, an_order(), "xai")
    assert caught.value.outcome == "unknown"


def test_texts_of_strangers_can_be_stored(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lone surrogates, NUL, and counts beyond any number field."""
    message = {"role": "assistant", "content": "a\ud800b\0c"}
    usage = {"prompt_tokens": 10**30, "completion_tokens": -5}
    monkeypatch.setattr(shapes, "chat", lambda body: {"choices": [{"message": message}], "usage": usage})
    reply = say(fake_provider, "Hello", "openrouter")
    assert reply.text == "a?bc"
    assert (reply.usage.text_tokens, reply.usage.output_tokens) == (0, 0)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_packed_answers_are_unpacked(fake_provider: FakeProvider, provider: str) -> None:
    """Most services send gzip to whoever takes it."""
    fake_provider.packed = True
    assert len(draw(fake_provider, an_order(), provider).pictures) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_many_orders_share_a_connection(fake_provider: FakeProvider, provider: str) -> None:
    """At once, and one that is given up harms nobody."""
    fake_provider.fail(Fault.HANG)

    async def many(opened):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(opened.draw(an_order()), 0.2)
        return await asyncio.gather(*(opened.draw(an_order()) for _ in range(10)))

    answers = with_provider(fake_provider, provider, many)
    assert [len(answer.pictures) for answer in answers] == [1] * 10


def test_the_limit_of_the_service_is_met_by_an_error(fake_provider: FakeProvider) -> None:
    """Beyond its window the service says so, and the adapter passes the wait on."""
    fake_provider.limit = (1, 60.0)
    draw(fake_provider, an_order())
    with pytest.raises(Exception, match="too often") as caught:
        draw(fake_provider, an_order())
    assert caught.value.retry_after == 7
    assert fake_provider.rejected == 1


def test_a_conversation_that_is_filtered_is_refused(fake_provider: FakeProvider, monkeypatch) -> None:
    """A success whose content was filtered away is final."""
    filtered = {"choices": [{"finish_reason": "content_filter", "message": {"role": "assistant", "content": ""}}]}
    monkeypatch.setattr(shapes, "chat", lambda body: filtered)
    with pytest.raises(RequestRefused) as caught:
        say(fake_provider, "Hello", "openrouter")
    assert caught.value.code == "PROVIDER_MODERATION"


def test_connecting_imports_no_sdk() -> None:
    """The packages take seconds to import: only `open` pays."""
    code = """if True:
        import sys
        from icons.adapters.providers import connect
        from icons.domain.access import Connection
        for name in ("openai", "google", "openrouter"):
            connect(Connection("p", name, "key"))
        print([name for name in ("openai", "google.genai", "httpx2") if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_package_is_named() -> None:
    """Without the optional google-genai: what to install."""
    code = """if True:
        import asyncio, sys
        sys.modules["google.genai"] = None  # as if it were not installed
        from icons.adapters.providers import connect
        from icons.domain.access import Connection
        from icons.domain.errors import RequestRefused
        try:
            asyncio.run(connect(Connection("p", "google", "key")).open())
        except RequestRefused as error:
            print(error.message)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install google-genai" in done.stdout


def test_every_default_is_alive() -> None:
    """No default and no successor is a retired or unknown model."""
    for provider, name in CATALOGUE.defaults.items():
        assert name in {model.name for model in CATALOGUE.of(provider)}
    for model in CATALOGUE.models:
        if model.successor:
            assert model.successor in {living.name for living in CATALOGUE.of(model.provider)}
            assert model.retires_on


def test_two_connections_do_not_share_what_they_learn(fake_provider: FakeProvider) -> None:
    """One account's refusal of transparency says nothing about another's."""
    fake_provider.fail(Fault.OPAQUE_ONLY)
    order = an_order(background=Background.TRANSPARENT)
    first = with_provider(fake_provider, "openai", lambda provider: provider.draw(order))
    second = with_provider(fake_provider, "openai", lambda provider: provider.draw(order))
    assert (first.facts["transparent"], second.facts["transparent"]) == ("matte", "native")
