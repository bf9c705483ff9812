"""Verbs that outlive a restart of the database: their whole transaction is repeated."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from icons.adapters.store.engine import Kind
from icons.domain.errors import Unavailable

Port = TypeVar("Port")
Result = TypeVar("Result")

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0)  # seconds, the longest of each: some nine in all


def persistent(port: type[Port]) -> type[Port]:
    """Repeat each public verb of a port that was broken off by a deadlock or a lost connection.

    A verb is one transaction, or several of which each may be repeated. When the connection is lost in the commit,
    nobody knows whether it took place: so a verb must do no harm when it is repeated after it succeeded. Most do none
    by themselves; the others say how beside the statement.
    """
    for name, verb in list(vars(port).items()):
        if callable(verb) and not name.startswith("_"):
            setattr(port, name, _repeated(verb))
    return port


def _repeated(verb: Callable[..., Result]) -> Callable[..., Result]:
    @wraps(verb)
    def repeated(self: Any, *args: Any, **kwargs: Any) -> Result:
        return repeat(self._database.kind, lambda: verb(self, *args, **kwargs))

    return repeated


def repeat(kind: Kind, call: Callable[[], Result]) -> Result:
    """What ``call`` answers, if need be at a later try; Unavailable when the database has been away for too long."""
    for pause in _PAUSES:
        try:
            return call()
        except Unavailable as error:
            if not isinstance(error.__cause__, sa.exc.DBAPIError) or not kind.again(error.__cause__):
                raise
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - jitter, not a secret
    try:
        return call()
    except Unavailable as error:
        # The cause is no longer the bare one: a verb that called this one does not begin all over again.
        raise Unavailable(error.message, retry_after=error.retry_after) from error
