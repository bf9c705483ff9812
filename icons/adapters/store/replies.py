"""Kept answers, and the claims of requests that are being answered."""

import sqlalchemy as sa

from icons.adapters.store.database import Database, Row
from icons.adapters.store.engine import upsert
from icons.adapters.store.repeating import persistent
from icons.adapters.store.tables import replies
from icons.domain.replies import Claim, Kept, StoredReply


@persistent
class SqlReplies:
    """The port `Replies` over the table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, claim: Claim, seconds: float) -> Kept | None:
        new = {"account": claim.account, "key": claim.key, "digest": claim.digest, "mark": claim.mark}
        with self._database.write() as tx:
            unanswered = {"status": None, "headers": None, "body": None, "expires_at": tx.now + seconds}
            # One statement: of two requests that come together one takes the key. The mark is there already when the
            # claim is repeated although it had succeeded.
            free = (replies.c.expires_at <= tx.now) | _of(claim)
            take = upsert(replies, "digest", "mark", *unanswered, where=free)
            if tx.row(take.values(**new, **unanswered).returning(replies.c.mark)):
                return None
            taken = tx.one(sa.select(replies).where(replies.c.account == claim.account, replies.c.key == claim.key))
        return _kept(taken)

    def keep(self, claim: Claim, reply: StoredReply, seconds: float) -> bool:
        answer = {"status": reply.status, "headers": dict(reply.headers), "body": reply.body}
        with self._database.write() as tx:
            answered = sa.update(replies).where(_of(claim)).values(**answer, expires_at=tx.now + seconds)
            return tx.run(answered) == 1

    def release(self, claim: Claim) -> None:
        with self._database.write() as tx:
            tx.run(sa.delete(replies).where(_of(claim)))

    def prune(self) -> int:
        with self._database.write() as tx:
            return tx.run(sa.delete(replies).where(replies.c.expires_at <= tx.now))


def _of(claim: Claim) -> sa.ColumnElement[bool]:
    """The claim's own row: not that of a later claim of the same key."""
    mine = (replies.c.account == claim.account) & (replies.c.key == claim.key)
    return mine & (replies.c.mark == claim.mark) & replies.c.status.is_(None)


def _kept(row: Row) -> Kept:
    if row["status"] is None:
        return Kept(row["digest"], None)
    return Kept(row["digest"], StoredReply(row["status"], row["headers"], row["body"]))
