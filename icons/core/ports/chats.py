"""What the store keeps about conversations."""

from collections.abc import Sequence
from typing import Protocol

from icons.core.ports.jobs import Sender
from icons.domain.chats import Chat, ChatMessage
from icons.domain.jobs import NewJob
from icons.domain.room import ENDLESS, Room


class Chats(Protocol):
    """Chats and their messages. A reply is stored by `Leases.settle`, in the transaction that completes its job."""

    def begin(
        self, sender: Sender, chat: Chat, message: ChatMessage, jobs: Sequence[NewJob], room: Room = ENDLESS
    ) -> None:
        """Store a chat, its first message and the interactive jobs that this begins, or nothing. RateLimited when
        there is no room for the jobs."""
        ...

    def say(
        self, sender: Sender, chat_id: str, message: ChatMessage, jobs: Sequence[NewJob], room: Room = ENDLESS
    ) -> bool:
        """The same for one more message; whether there is such a chat.

        Conflict when its latest message is still being answered, or somebody else has just said something.
        """
        ...

    def get(self, account: str, chat_id: str) -> Chat | None: ...

    def find(self, account: str, user_id: str | None, limit: int, after: str | None = None) -> list[Chat]:
        """Chats, of one label or of all, the latest talk first; ``after`` is the id of the last one seen."""
        ...

    def messages(self, account: str, chat_id: str) -> list[ChatMessage]:
        """In their order; empty when there is no such chat."""
        ...

    def remove(self, account: str, chat_id: str) -> bool:
        """Whether there was such a chat."""
        ...
