"""What idempotency can rely on: one claim a key, the answer of that claim, and an end to both."""

from dataclasses import replace

import pytest

from icons.domain.replies import Claim, Kept, StoredReply

REPLY = StoredReply(202, {"Location": "/jobs/1"}, b'{"id": 1}\xff')


@pytest.fixture
def replies(scene):
    return scene.store.replies


@pytest.fixture
def claim(scene):
    return Claim(scene.account, "key-1", "digest", "first")


def test_a_key_is_claimed_once(replies, claim):
    """The second hears that the first is still being answered, and to which request."""
    assert replies.claim(claim, 60) is None
    assert replies.claim(replace(claim, digest="another", mark="second"), 60) == Kept("digest", None)


def test_a_key_is_one_account_s_own(scene, replies, claim):
    """Another account's key of the same name is another key."""
    assert replies.claim(claim, 60) is None
    assert replies.claim(replace(claim, account=scene.add_account("bob")), 60) is None


def test_the_answer_takes_the_place_of_the_claim(replies, claim):
    """Status, headers and every byte of the body."""
    replies.claim(claim, 60)
    assert replies.keep(claim, REPLY, 3600) is True
    assert replies.claim(replace(claim, mark="second"), 60) == Kept("digest", REPLY)


def test_a_claim_given_up_is_free(replies, claim):
    """What is kept already is not given up."""
    replies.claim(claim, 60)
    replies.release(claim)
    second = replace(claim, mark="second")
    assert replies.claim(second, 60) is None
    replies.keep(second, REPLY, 3600)
    replies.release(second)
    assert replies.claim(claim, 60) == Kept("digest", REPLY)


def test_a_claim_that_has_run_out_is_another_s(replies, claim):
    """Who comes late with the answer of a lost claim changes nothing."""
    replies.claim(claim, -1)
    second = replace(claim, digest="another", mark="second")
    assert replies.claim(second, 60) is None
    assert replies.keep(claim, REPLY, 3600) is False
    replies.release(claim)
    assert replies.claim(claim, 60) == Kept("another", None)


def test_only_what_has_expired_is_pruned(replies, claim):
    """Answers and claims alike."""
    replies.claim(claim, 60)
    replies.claim(replace(claim, key="lost"), -1)
    old = replace(claim, key="old")
    replies.claim(old, 60)
    replies.keep(old, REPLY, -1)
    assert replies.prune() == 2
    assert replies.prune() == 0
    assert replies.claim(replace(claim, mark="second"), 60) == Kept("digest", None)
