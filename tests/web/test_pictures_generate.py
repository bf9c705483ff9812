"""Pictures of a prompt over a connection profile."""

import io

import pytest
from PIL import Image as Pillow

from icons.domain.errors import RequestRefused
from icons.domain.images import Format, Picture
from icons.domain.requests import Answer
from tests.web.drawn import SVG, idle_studio
from tests.web.pictures_drawn import drawing

GENERATE = "/api/images/generate"
HERO = {"tagType": "CHARACTER", "tagId": "hero"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house"), ratelimit_enabled=False) as studio:
        yield studio


@pytest.fixture
def client(house):
    return house.client()


@pytest.fixture
def local(client) -> str:
    """The id of a profile that needs no key."""
    return client.post("/api/profiles", json={"name": "here", "provider": "local"}).json["id"]


@pytest.fixture
def openai(client) -> str:
    """The id of a profile with a model of its own."""
    body = {"name": "mine", "provider": "openai", "apiKey": "sk-of-the-tests-1234", "model": "dall-e-3"}
    return client.post("/api/profiles", json=body).json["id"]


def test_n_pictures_are_drawn_by_one_job(house, client, local: str) -> None:
    """Each is another picture, tagged, kept, and found in the gallery."""
    body = {"prompt": "a castle", "profileId": local, "tags": [HERO], "options": {"n": 3, "size": "256x256"}}
    house.web.app.validate_response = True
    with drawing(house):
        answer = client.post(GENERATE, json=body)
    house.web.app.validate_response = False
    assert answer.status_code == 200, answer.text
    data, metadata = answer.json["data"], answer.json["metadata"]
    assert (metadata["prompt"], metadata["provider"], metadata["count"]) == ("a castle", "local", 3)
    assert metadata["model"]
    assert metadata["requestedModel"] is None
    assert len({each["filepath"] for each in data}) == 3
    for each in data:
        assert (each["tags"], each["profileId"], each["generationPrompt"]) == ([HERO], local, "a castle")
        assert Pillow.open(io.BytesIO(client.get(each["url"]).data)).size == (256, 256)
    listed = client.get("/api/images?tagId=hero&q=CASTLE&source=generated").json["data"]
    assert {each["id"] for each in listed} == {each["id"] for each in data}
    client.post("/api/icons/cache/clear", json={})
    house.gallery.sweep()
    assert client.get(f"/api/images/{data[0]['id']}").status_code == 200


def test_the_same_prompt_again_is_drawn_again(house, client, local: str) -> None:
    """Who asks again wants other pictures: nothing is remembered, and no icon is listed for it."""
    body = {"prompt": "a tower", "profileId": local, "options": {"size": "64x64"}}
    with drawing(house):
        first, second = (client.post(GENERATE, json=body).json["data"][0]["id"] for _ in range(2))
    assert first != second
    assert "" not in {each["category"] for each in client.get("/api/icons/cached").json["icons"]}


def test_who_does_not_wait_finds_it_at_the_request_s_id(house, client, local: str) -> None:
    """202 with an address that tells how far it is and, in the end, what there is."""
    body = {"prompt": "a bridge", "profileId": local, "options": {"size": "64x64"}}
    answer = client.post(GENERATE, json=body, headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.json["status"], answer.json["data"]) == (202, "waiting", [])
    assert answer.headers["Location"] == answer.json["statusUrl"]
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert house.client(house.admin).get(answer.json["statusUrl"]).status_code == 404
    with drawing(house):
        house.service.wait(house.caller(), answer.json["jobId"], 30)
    done = client.get(answer.json["statusUrl"]).json
    assert (done["status"], done["metadata"]["count"], len(done["data"])) == ("completed", 1, 1)


def test_a_model_is_told_everything_and_its_answer_is_shown(house, client, openai: str) -> None:
    """One call for all pictures, in the profile's own lane, with what the model made of the prompt."""
    orders = []

    async def draw(lease, order):
        orders.append((lease.job.lane, order))
        return Answer((Picture(SVG, Format.SVG),) * 2, "gpt-image-2", {"revised_prompt": "a grand castle"})

    options = {"n": 2, "size": "1792x1024", "quality": "hd", "style": "vivid"}
    with drawing(house, lambda: [openai], draw):
        answer = client.post(GENERATE, json={"prompt": "a castle", "profileId": openai, "options": options}).json
    ((lane, order),) = orders
    assert (lane, order.count, order.width, order.height) == (openai, 2, 1792, 1024)
    assert (order.quality, order.model) == ("hd", "dall-e-3")
    assert "vivid" in order.prompt.text
    assert [each["revisedPrompt"] for each in answer["data"]] == ["a grand castle"] * 2
    assert (answer["metadata"]["model"], answer["metadata"]["requestedModel"]) == ("gpt-image-2", "dall-e-3")


def test_a_refusal_is_answered_as_what_it_is(house, client, openai: str) -> None:
    """502 with the provider's reason and the job's id, and the request's record says the same."""

    async def refuse(lease, order):
        raise RequestRefused("The provider refuses this prompt.", code="CONTENT_POLICY")

    with drawing(house, lambda: [openai], refuse):
        answer = client.post(GENERATE, json={"prompt": "a castle", "profileId": openai})
    assert (answer.status_code, answer.json["code"]) == (502, "CONTENT_POLICY")
    record = client.get(f"/api/images/{answer.json['metadata']['job_id']}").json
    assert (record["status"], record["error"]["code"]) == ("failed", "CONTENT_POLICY")


WRONG = [
    ({"profileId": None}, "profileId"),
    ({"prompt": ""}, "prompt"),
    ({"prompt": "   "}, "prompt"),
    ({"prompt": "x" * 4001}, "prompt"),
    ({"prompt": "a\x00b"}, "prompt"),
    ({"prompt": 7}, "prompt"),
    ({"tags": [{"tagType": "PLACE", "tagId": "1"}]}, "tags.0.tagType"),
    ({"tags": [{"tagType": "CHAT"}]}, "tags.0.tagId"),
    ({"tags": "hero"}, "tags"),
    ({"options": {"n": 0}}, "options.n"),
    ({"options": {"n": 11}}, "options.n"),
    ({"options": {"n": "2"}}, "options.n"),
    ({"options": {"size": "huge"}}, "options.size"),
    ({"options": {"size": "9999x9999"}}, "options.size"),
    ({"options": {"quality": "best"}}, "options.quality"),
    ({"options": {"style": "baroque"}}, "options.style"),
    ({"options": {"aspectRatio": "16/9"}}, "options.aspectRatio"),
    ({"options": {"seed": 1}}, "options.seed"),
    ({"apiKey": "sk-1"}, "apiKey"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG)
def test_wrong_fields_are_named(client, local: str, fields: dict, field: str) -> None:
    """400, before anything is drawn."""
    answer = client.post(GENERATE, json={"prompt": "a castle", "profileId": local, **fields})
    assert answer.status_code == 400, answer.text
    assert list(answer.json["metadata"]["fields"]) == [field]


def test_an_empty_profile_is_named(client) -> None:
    """400: only a body without the field is one that does without a profile."""
    answer = client.post(GENERATE, json={"prompt": "a castle", "profileId": ""})
    assert (answer.status_code, list(answer.json["metadata"]["fields"])) == (400, ["profileId"])


def test_somebody_else_s_profile_draws_nothing(house, client) -> None:
    """404 like an unknown one, and no job."""
    body = {"name": "theirs", "provider": "local"}
    foreign = house.client(house.admin).post("/api/profiles", json=body).json["id"]
    for profile_id in (foreign, "no such profile"):
        answer = client.post(GENERATE, json={"prompt": "a castle", "profileId": profile_id})
        assert (answer.status_code, answer.json["code"]) == (404, "PROFILE_NOT_FOUND")
