"""Conversations: a message and the jobs that it begins are one, and a reply is said once."""

import pytest

from icons.core.ports import Sender
from icons.domain.chats import Chat, ChatMessage, ChatRequest
from icons.domain.errors import Conflict, StaleLease
from icons.domain.jobs import Completed, Failed, GivenBack, NewJob, State
from tests.contracts.conftest import Scene, new_id

FAILED = Failed({"code": "PROVIDER_FAILED", "message": "It failed.", "attempts": 1, "final": False})


def chat_job(chat_id: str, position: int) -> NewJob:
    job_id = new_id()
    return NewJob(job_id, "chat", ChatRequest(chat_id, position, "local").to_json(), job_id)


def begin(scene: Scene, text: str = "Hello", *, account: str | None = None, user_id: str | None = "mine") -> Chat:
    owner = account or scene.account
    chat = Chat(new_id(), owner, text, user_id)
    job = chat_job(chat.id, 0)
    scene.store.chats.begin(Sender(owner), chat, ChatMessage(0, "user", text, job_id=job.id), [job])
    return chat


def say(scene: Scene, chat: Chat, position: int, text: str = "More") -> bool:
    job = chat_job(chat.id, position)
    message = ChatMessage(position, "user", text, job_id=job.id)
    return scene.store.chats.say(Sender(chat.account), chat.id, message, [job])


def claim(scene: Scene):
    scene.store.leases.enlist("one")
    lease = scene.store.leases.claim("one", ["chat"], "local")
    assert lease
    return lease


def reply(scene: Scene, text: str = "Hello yourself") -> None:
    scene.store.leases.settle(claim(scene), Completed((), {"model": "m"}, remembered=False, reply=text))


def said(scene: Scene, chat: Chat) -> list[tuple[int, str, str]]:
    return [(each.position, each.role, each.text) for each in scene.store.chats.messages(chat.account, chat.id)]


def test_a_chat_begins_with_a_message_and_its_job(scene: Scene) -> None:
    """Both are there, dated by the store, and the job waits."""
    chat = begin(scene, "Draw a bee")
    stored = scene.store.chats.get(scene.account, chat.id)
    assert (stored.title, stored.user_id, stored.messages) == ("Draw a bee", "mine", 1)
    assert stored.created_at == stored.updated_at > 0
    (message,) = scene.store.chats.messages(scene.account, chat.id)
    assert scene.job(message.job_id).state is State.WAITING


def test_a_reply_is_part_of_completing_its_job(scene: Scene) -> None:
    """It stands behind the message, once, however often a worker that has lost the job says something else."""
    chat = begin(scene)
    lost = claim(scene)
    scene.store.leases.settle(lost, GivenBack())
    reply(scene, "the answer")
    with pytest.raises(StaleLease):
        scene.store.leases.settle(lost, Completed((), {}, remembered=False, reply="another one"))
    assert said(scene, chat) == [(0, "user", "Hello"), (1, "assistant", "the answer")]
    user, assistant = scene.store.chats.messages(scene.account, chat.id)
    assert user.job_id == assistant.job_id
    assert scene.job(user.job_id).facts == {"model": "m"}


def test_more_is_said_once_the_latest_is_answered(scene: Scene) -> None:
    """Not while it waits; after a reply or a failure; and not twice at the same place."""
    chat = begin(scene)
    with pytest.raises(Conflict, match="still being answered"):
        say(scene, chat, 2)
    reply(scene)
    assert say(scene, chat, 2, "Second")
    scene.store.leases.settle(claim(scene), FAILED)
    with pytest.raises(Conflict, match="just said"):
        say(scene, chat, 2, "Also second")
    assert say(scene, chat, 4, "Third")
    reply(scene, "Third answer")
    assert [each[0] for each in said(scene, chat)] == [0, 1, 2, 4, 5]


def test_a_refused_message_begins_no_job(scene: Scene) -> None:
    """The jobs that come with it are stored with it or not at all."""
    chat = begin(scene)
    before = scene.store.jobs.unfinished(scene.account)
    with pytest.raises(Conflict):
        say(scene, chat, 2)
    assert scene.store.jobs.unfinished(scene.account) == before


def test_what_is_repeated_after_it_succeeded_is_done_once(scene: Scene) -> None:
    """A connection that is lost in the commit leaves its caller to try again."""
    chat = Chat(new_id(), scene.account, "Hello", None)
    first, second = chat_job(chat.id, 0), chat_job(chat.id, 2)
    opening, more = (ChatMessage(2 * n, "user", "x", job_id=job.id) for n, job in enumerate((first, second)))
    for _ in range(2):
        scene.store.chats.begin(Sender(scene.account), chat, opening, [first])
    reply(scene)
    for _ in range(2):
        assert scene.store.chats.say(Sender(scene.account), chat.id, more, [second])
    assert len(said(scene, chat)) == 3
    assert scene.store.jobs.unfinished(scene.account) == 1


def test_a_failed_job_retried_by_hand_still_answers_its_message(scene: Scene) -> None:
    """At its own place, though more has been said since."""
    chat = begin(scene)
    scene.store.leases.settle(claim(scene), FAILED)
    assert say(scene, chat, 2, "Hello?")
    reply(scene, "to the second")
    scene.store.jobs.retry(scene.account, scene.store.chats.messages(scene.account, chat.id)[0].job_id)
    reply(scene, "to the first")
    assert [each[2] for each in said(scene, chat)] == ["Hello", "to the first", "Hello?", "to the second"]


def test_a_list_is_in_the_order_of_the_latest_talk(scene: Scene) -> None:
    """Page by page, of one label or of all."""
    chats = [begin(scene, f"chat {number}", user_id="even" if number % 2 == 0 else "odd") for number in range(5)]
    for _ in chats:
        reply(scene)
    say(scene, chats[1], 2)
    find, listed, after = scene.store.chats.find, [], None
    while page := find(scene.account, None, 2, after):
        listed += [chat.title for chat in page]
        after = page[-1].id
    assert listed[0] == "chat 1"
    assert sorted(listed) == [chat.title for chat in chats]
    assert {chat.title for chat in find(scene.account, "even", 10)} == {"chat 0", "chat 2", "chat 4"}


def test_nobody_sees_or_changes_anothers_chat(scene: Scene) -> None:
    """Another account finds nothing, says nothing, deletes nothing."""
    chat, bob = begin(scene), scene.add_account("bob")
    store = scene.store.chats
    assert store.get(bob, chat.id) is None
    assert store.messages(bob, chat.id) == []
    assert store.find(bob, None, 10) == []
    assert not store.remove(bob, chat.id)
    job = chat_job(chat.id, 2)
    assert not store.say(Sender(bob), chat.id, ChatMessage(2, "user", "x", job_id=job.id), [job])
    assert store.find(bob, None, 10, after=chat.id) == []
    assert len(said(scene, chat)) == 1


def test_a_deleted_chat_is_gone_and_hears_no_reply(scene: Scene) -> None:
    """Its job can still be settled, and brings nothing back."""
    chat = begin(scene)
    lease = claim(scene)
    assert scene.store.chats.remove(scene.account, chat.id)
    assert not scene.store.chats.remove(scene.account, chat.id)
    scene.store.leases.settle(lease, Completed((), {}, remembered=False, reply="too late"))
    assert scene.job(lease.job.id).state is State.COMPLETED
    assert (scene.store.chats.get(scene.account, chat.id), said(scene, chat)) == (None, [])
