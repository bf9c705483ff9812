"""Answering a message of a chat: what was said before, provider."""

import time
from collections.abc import Awaitable, Sequence
from typing import Protocol

from icons.core.bridge import Blocking
from icons.core.leases import Kept
from icons.core.ports import Chats
from icons.core.tasks import Report
from icons.domain.chats import ChatRequest, context
from icons.domain.errors import NotFound
from icons.domain.jobs import Completed, Lease
from icons.domain.requests import Message, Reply


class Talk(Protocol):
    """Has the provider of the job's lane go on with a conversation. Raises StudioError."""

    def __call__(self, lease: Lease, messages: Sequence[Message], model: str = "") -> Awaitable[Reply]:
        """``model``: "" = the provider's default."""
        ...


class AnswerChat:
    """Jobs of kind "chat". What is said becomes part of the chat when the job is settled."""

    def __init__(self, talk: Talk, chats: Chats, blocking: Blocking) -> None:
        self._talk, self._chats, self._blocking = talk, chats, blocking

    async def run(self, lease: Lease, report: Report) -> tuple[Completed, list[Kept]]:
        """See `Task.run`."""
        job = lease.job
        request = ChatRequest.from_json(job.request)
        said = await self._blocking(self._chats.messages, job.account, request.chat_id)
        if not said:
            raise NotFound("chat")  # deleted meanwhile
        await report("replying", 10, f"Asking {request.provider}")
        started = time.monotonic()
        reply = await self._talk(lease, context(said, request.position), request.model)
        seconds = round(time.monotonic() - started, 3)
        facts = {"model": reply.model, "provider": request.provider, "generation_time": seconds}
        return Completed((), facts, remembered=False, reply=reply.text), []
