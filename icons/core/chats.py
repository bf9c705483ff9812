"""Conversations as a caller sees them: begin one, say more, look, delete. A turn is a job, as everything slow is."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from icons.core.ports import Chats as ChatStore
from icons.core.service import Context, Service
from icons.core.submitting import Submissions
from icons.domain.access import Caller
from icons.domain.chats import MAX_TURNS, Chat, ChatMessage, ChatRequest, title_of
from icons.domain.errors import Conflict, NotFound
from icons.domain.jobs import Job, NewJob, Priority
from icons.domain.pictures import ImageRequest

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Saying:
    """What a caller says, who shall answer, and what shall be drawn beside."""

    text: str
    provider: str = ""  # one of the operator's, or a profile's id; "" = the operator's default
    model: str = ""  # "" = the provider's or the profile's default
    image: ImageRequest | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)  # the caller's own


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that has been stored, and what it has begun."""

    chat: Chat
    message: ChatMessage
    job: Job  # that answers
    image_job: Job | None
    reply: ChatMessage | None = None  # once it is there


class Chats:
    """The conversations of all accounts; each caller sees its own, and an unknown one looks like somebody else's."""

    def __init__(self, store: ChatStore, service: Service, submissions: Submissions) -> None:
        self._store, self._service, self._submissions = store, service, submissions
        self._room = submissions.limits.room(Priority.INTERACTIVE)

    def begin(self, caller: Caller, saying: Saying, context: Context) -> Turn:
        """A new chat with its first message. The pictures do not wait for the reply."""
        chat = Chat(str(uuid.uuid4()), caller.account, title_of(saying.text), context.user_id)
        message, jobs = self._prepared(caller, saying, chat.id, 0)
        self._store.begin(context.sender(caller), chat, message, jobs, self._room)
        return self._begun(caller, chat.id, message, context)

    def say(self, caller: Caller, chat_id: str, saying: Saying, context: Context) -> Turn:
        """One more message. Conflict while the latest one is being answered, or when the chat is full."""
        position = 2 * sum(each.role == "user" for each in self.messages(caller, chat_id))
        if position >= MAX_TURNS:
            raise Conflict(f"A chat has at most {MAX_TURNS} messages; begin another one.", code="CHAT_FULL")
        message, jobs = self._prepared(caller, saying, chat_id, position)
        if not self._store.say(context.sender(caller), chat_id, message, jobs, self._room):
            raise NotFound("chat")
        return self._begun(caller, chat_id, message, context)

    def answered(self, caller: Caller, turn: Turn, seconds: float) -> Turn:
        """The turn once its reply is there, its job has failed, or ``seconds`` have passed."""
        job = self._service.wait(caller, turn.job.id, seconds)
        image_job = turn.image_job and self._service.job(caller, turn.image_job.id)
        said = self._store.messages(caller.account, turn.chat.id)
        reply = next((each for each in said if each.role == "assistant" and each.job_id == job.id), None)
        return replace(turn, job=job, image_job=image_job, reply=reply)

    def chat(self, caller: Caller, chat_id: str) -> Chat:
        """One chat."""
        chat = self._store.get(caller.account, chat_id)
        if chat is None:
            raise NotFound("chat")
        return chat

    def find(self, caller: Caller, limit: int, user_id: str | None = None, after: str | None = None) -> list[Chat]:
        """The account's chats, the latest talk first; ``after`` is the id of the last one seen."""
        return self._store.find(caller.account, user_id, limit, after)

    def messages(self, caller: Caller, chat_id: str) -> list[ChatMessage]:
        """A chat's messages in their order."""
        self.chat(caller, chat_id)
        return self._store.messages(caller.account, chat_id)

    def remove(self, caller: Caller, chat_id: str) -> None:
        """Delete a chat with all that was said. Its pictures stay in the gallery."""
        latest = self.messages(caller, chat_id)[-1:]
        if not self._store.remove(caller.account, chat_id):
            raise NotFound("chat")
        for message in latest:
            if message.role == "user" and message.job_id:
                self._service.cancel(caller, message.job_id)
        log.info("chat.removed", chat_id=chat_id)

    # Inside

    def _prepared(
        self, caller: Caller, saying: Saying, chat_id: str, position: int
    ) -> tuple[ChatMessage, list[NewJob]]:
        lane, model = self._service.directory.talker(caller, saying.provider, saying.model)
        request = ChatRequest(chat_id, position, lane, model, saying.metadata)
        job_id = str(uuid.uuid4())
        jobs = [NewJob(job_id, "chat", request.to_json(), job_id, lane)]
        if saying.image:
            jobs.append(self._submissions.picture_job(caller, saying.image))
        image_job_id = jobs[1].id if saying.image else None
        return ChatMessage(position, "user", saying.text, job_id=job_id, image_job_id=image_job_id), jobs

    def _begun(self, caller: Caller, chat_id: str, message: ChatMessage, context: Context) -> Turn:
        self._service.ring()
        log.info("chat.said", chat_id=chat_id, job_id=message.job_id, correlation_id=context.correlation_id)
        job = self._service.job(caller, message.job_id or "")
        image_job = self._service.job(caller, message.image_job_id) if message.image_job_id else None
        return Turn(self.chat(caller, chat_id), message, job, image_job)
