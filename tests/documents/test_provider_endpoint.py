"""The usage example of the profiles document, replayed in Python with host, credentials and profile changed only."""

import pytest
import requests

from tests.web.drawn import idle_studio, served
from tests.web.pictures_drawn import drawing

BODY = {
    "prompt": "A majestic castle in a magical forest",
    "options": {"size": "1024x1024", "quality": "hd", "style": "vivid"},
    "tags": [{"tagType": "CHARACTER", "tagId": "char-123"}],
}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A session of the user, and the server's address."""
    with idle_studio(tmp_path_factory.mktemp("house")) as studio, served(studio.web.app) as url, drawing(studio):
        session = requests.Session()
        session.headers["X-API-Key"] = studio.key()
        yield session, url


def test_the_usage_example_draws_its_picture(session) -> None:
    """data and metadata have the document's fields; the picture opens from its address."""
    client, url = session
    profile = client.post(f"{url}/api/profiles", json={"name": "mine", "provider": "local"}, timeout=10).json()
    body = {**BODY, "profileId": profile["id"]}
    answer = client.post(f"{url}/api/images/generate", json=body, timeout=90)
    assert answer.status_code == 200, answer.text
    (image,), metadata = answer.json()["data"], answer.json()["metadata"]
    for name in ("id", "filename", "filepath", "url", "mimeType"):
        assert isinstance(image[name], str), name
    assert (image["mimeType"], image["tags"]) == ("image/png", BODY["tags"])
    assert (metadata["prompt"], metadata["provider"], metadata["count"]) == (BODY["prompt"], "local", 1)
    assert isinstance(metadata["model"], str)
    picture = requests.get(url + image["url"], timeout=10)
    assert picture.content.startswith(b"\x89PNG")
    assert len(picture.content) == image["size"]


def test_its_errors_have_the_documented_status(session) -> None:
    """401 without a user, 400 for a wrong body and for a provider that draws nothing, 404 for an unknown profile."""
    client, url = session
    address = f"{url}/api/images/generate"
    unknown = {**BODY, "profileId": "550e8400-e29b-41d4-a716-446655440000"}
    assert requests.post(address, json=unknown, timeout=10).status_code == 401
    assert client.post(address, json=BODY, timeout=10).status_code == 400
    assert client.post(address, json=unknown, timeout=10).status_code == 404
    chat = {"name": "chat", "provider": "ANTHROPIC", "apiKey": "sk-ant-0123456789"}
    assert client.post(f"{url}/api/profiles", json=chat, timeout=10).status_code == 400
