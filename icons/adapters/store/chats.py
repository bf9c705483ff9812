"""Conversations and their messages."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from icons.adapters.store import jobs as job_rows
from icons.adapters.store.database import Database, Row, Transaction
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import chat_messages, chats, jobs, stands
from icons.core.ports import Sender
from icons.domain.chats import Chat, ChatMessage
from icons.domain.errors import Conflict
from icons.domain.jobs import LIVE, Job, NewJob, Priority
from icons.domain.room import ENDLESS, Room

_MESSAGES: Final = (
    sa.select(sa.func.count())
    .select_from(chat_messages)
    .where(chat_messages.c.chat_id == chats.c.id)
    .scalar_subquery()
    .label("messages")
)
_CHATS: Final = sa.select(chats, _MESSAGES)


@persistent
class SqlChats:
    """The port `Chats` over the tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, sender: Sender, chat: Chat, message: ChatMessage, jobs: Sequence[NewJob], room: Room = ENDLESS
    ) -> None:
        new = {"id": chat.id, "account": sender.account, "title": chat.title, "user_id": chat.user_id}
        with self._database.write() as tx:
            if tx.row(sa.select(chats.c.id).where(chats.c.id == chat.id)):
                return  # repeated although it had succeeded
            job_rows.admit(tx, sender, jobs, Priority.INTERACTIVE, room)
            tx.run(sa.insert(chats), {**new, "created_at": tx.now, "updated_at": tx.now})
            _store(tx, sender, chat.id, message, jobs)

    def say(
        self, sender: Sender, chat_id: str, message: ChatMessage, jobs: Sequence[NewJob], room: Room = ENDLESS
    ) -> bool:
        with self._database.write() as tx:
            job_rows.admit(tx, sender, jobs, Priority.INTERACTIVE, room)
            if not _touch(tx, _one(sender.account, chat_id)):  # from here on nobody else says something
                return False
            if not _is_stored(tx, chat_id, message):
                _store(tx, sender, chat_id, message, jobs)
            return True

    def get(self, account: str, chat_id: str) -> Chat | None:
        with self._database.read() as tx:
            row = tx.row(_CHATS.where(_one(account, chat_id)))
        return _chat_of(row) if row else None

    def find(self, account: str, user_id: str | None, limit: int, after: str | None = None) -> list[Chat]:
        page = _CHATS.where(chats.c.account == account)
        if user_id is not None:
            page = page.where(chats.c.user_id == user_id)
        if after is not None:
            seen = sa.select(chats.c.updated_at, chats.c.id).where(_one(account, after))
            page = page.where(sa.tuple_(chats.c.updated_at, chats.c.id) < seen.scalar_subquery())
        with self._database.read() as tx:
            rows = tx.rows(page.order_by(chats.c.updated_at.desc(), chats.c.id.desc()).limit(limit))
        return [_chat_of(row) for row in rows]

    def messages(self, account: str, chat_id: str) -> list[ChatMessage]:
        said = sa.select(chat_messages).join(chats).where(_one(account, chat_id)).order_by(chat_messages.c.position)
        with self._database.read() as tx:
            return [_message_of(row) for row in tx.rows(said)]

    def remove(self, account: str, chat_id: str) -> bool:
        with self._database.write() as tx:
            return tx.run(sa.delete(chats).where(_one(account, chat_id))) == 1


def answer(tx: Transaction, job: Job, text: str) -> None:
    """Store what a chat's job, just completed, says; nothing when the chat has been deleted meanwhile."""
    chat_id, position = job.request["chat_id"], job.request["position"] + 1
    if _touch(tx, _one(job.account, chat_id)):
        _insert(tx, chat_id, ChatMessage(position, "assistant", text, job_id=job.id))


def _one(account: str, chat_id: str) -> sa.ColumnElement[bool]:
    return (chats.c.id == chat_id) & (chats.c.account == account)


def _touch(tx: Transaction, chosen: sa.ColumnElement[bool]) -> bool:
    return tx.run(sa.update(chats).where(chosen).values(updated_at=tx.now)) == 1


def _is_stored(tx: Transaction, chat_id: str, message: ChatMessage) -> bool:
    """Whether the message is there because this is repeated although it had succeeded. Conflict: not its turn."""
    latest = sa.select(chat_messages.c.position, chat_messages.c.job_id, stands(*LIVE).label("open"))
    latest = latest.outerjoin(jobs, jobs.c.id == chat_messages.c.job_id).where(chat_messages.c.chat_id == chat_id)
    row = tx.one(latest.order_by(chat_messages.c.position.desc()).limit(1))
    if row["job_id"] == message.job_id:
        return True
    if row["open"]:
        raise Conflict("The latest message is still being answered.", code="CHAT_BUSY", retry_after=1)
    if row["position"] >= message.position:
        raise Conflict("Somebody else has just said something here. Read it first.", code="CHAT_BUSY", retry_after=1)
    return False


def _store(tx: Transaction, sender: Sender, chat_id: str, message: ChatMessage, new: Sequence[NewJob]) -> None:
    _insert(tx, chat_id, message)
    job_rows.insert(tx, sender, new, Priority.INTERACTIVE)


def _insert(tx: Transaction, chat_id: str, message: ChatMessage) -> None:
    row: dict[str, Any] = {name: getattr(message, name) for name in ChatMessage.__slots__}
    tx.run(sa.insert(chat_messages), {**row, "chat_id": chat_id, "created_at": tx.now})


def _chat_of(row: Row) -> Chat:
    return Chat(**{name: row[name] for name in Chat.__slots__})


def _message_of(row: Row) -> ChatMessage:
    return ChatMessage(**{name: row[name] for name in ChatMessage.__slots__})
