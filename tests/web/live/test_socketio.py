"""Socket.IO: who may connect, and that an account hears every event of its own and none of another's."""

import pytest
import requests

from icons.domain.images import Tag, TagType
from tests.conftest import eventually
from tests.web.drawn import claim, complete, complete_all, fail, submit
from tests.web.live.ears import idle, listening, log_of, refusal

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "auth", [None, {}, {"token": ""}, {"token": 7}, {"token": "x"}, {"token": "é\ud800"}, "text", []]
)
def test_without_a_valid_credential_nobody_connects(server, auth):
    """One refusal for all: it does not tell what is wrong."""
    assert refusal(server.url, auth)["data"]["code"] in {"UNAUTHORIZED", "INVALID_REQUEST"}
    assert refusal(server.url, {"token": "isk_unknown"}) == refusal(server.url, {"token": "a.b.c"})


def test_a_key_opens_as_well_as_a_token(server):
    """Both lead to the same account."""
    with listening(server.url, server.studio.key()) as ear:
        batch = submit(server.studio, "by key")
        assert ear.call("subscribe", {"batch_id": batch.id})["ok"]
    complete_all(server.studio)


def test_a_malformed_position_is_refused(server):
    """`after` is a whole number."""
    for after in (-1, "7", 1.5, True, [1]):
        assert refusal(server.url, {"token": server.token, "after": after})["data"]["code"] == "INVALID_REQUEST"


def test_a_batch_is_told_from_its_start_to_its_end(server, ear):
    """Every event of the log comes once and in order, and the last one says that the batch has ended."""
    start = idle(server.studio)
    batch = submit(server.studio, "tools", "music")
    complete_all(server.studio)
    eventually(lambda: ear.heard and ear.heard[-1][0] == "batch_completed")
    assert ear.seqs == log_of(server.studio, start)
    body = ear.heard[-1][1]
    assert (body["batch_id"], body["status"], body["progress"]) == (batch.id, "completed", 100)


def test_a_completed_job_brings_an_address_that_works(server, ear):
    """The image can be fetched at once, without a header."""
    submit(server.studio, "tools")
    image = complete(server.studio, claim(server.studio))
    body = eventually(lambda: [body for name, body in ear.heard if name == "job_completed"])[0]
    assert body["status"] == "completed"
    answer = requests.get(server.url + body["images"][0]["image_url"], timeout=10)
    assert (answer.status_code, len(answer.content)) == (200, image.size)


def test_a_failed_job_brings_its_error(server, ear):
    """Instead of images."""
    batch = submit(server.studio, "refused")
    fail(server.studio, claim(server.studio))
    body = eventually(lambda: [body for name, body in ear.heard if name == "job_completed"])[0]
    assert (body["batch_id"], body["status"], body["images"]) == (batch.id, "failed", [])
    assert body["error"]["code"] == "PROVIDER_REFUSED"


def test_accounts_hear_nothing_of_each_other(server, ear):
    """Each of two accounts hears its own batch only, and cannot subscribe to the other's."""
    with listening(server.url, server.admin_token) as other:
        mine = submit(server.studio, "mine")
        theirs = submit(server.studio, "theirs", account=server.studio.admin)
        complete_all(server.studio)
        for each, own, foreign in ((ear, mine, theirs), (other, theirs, mine)):
            eventually(lambda each=each: any(name == "batch_completed" for name, _ in each.heard))
            assert {body["batch_id"] for _, body in each.heard} == {own.id}
            unknown = each.call("subscribe", {"batch_id": UNKNOWN, "after": 0})
            assert each.call("subscribe", {"batch_id": foreign.id, "after": 0}) == unknown
            assert unknown["error"]["code"] == "BATCH_NOT_FOUND"


def test_what_is_said_of_a_picture_is_heard(server, ear):
    """Its name and tags, by its owner alone."""
    submit(server.studio, "tools")
    image = complete(server.studio, claim(server.studio))
    tag = Tag(TagType.THEME, "approved")
    with listening(server.url, server.admin_token) as other:
        server.studio.house.pictures.retag(server.studio.caller(), [image.id], [tag], [])
        body = eventually(lambda: [body for name, body in ear.heard if name == "image_changed"])[0]
        assert (body["image_id"], body["tags"]) == (image.id, [{"type": "THEME", "id": "approved"}])
        other.call("unsubscribe", {"batch_id": UNKNOWN})
        assert not other.heard
