"""`/api/v1/chat`: conversations, and pictures that are drawn beside them."""

from typing import Final

from flask import g, request
from flask_openapi import APIBlueprint, Tag

from icons.core.chats import Turn
from icons.core.service import Context
from icons.domain.errors import Conflict
from icons.domain.jobs import State
from icons.web.auth import current_caller
from icons.web.errors import job_failure
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.prefer import Preference, preference
from icons.web.schemas.v1 import ChatPath, ChatsQuery, SayBody
from icons.web.schemas.v1_answers import ChatAnswer, ChatsAnswer, TurnAnswer
from icons.web.v1.bodies import chat_message, chat_summary, turn_body
from icons.web.wire import Json, Reply

TAG: Final = Tag(name="v1 chat", description="Conversations, and pictures drawn beside them")


def add(api: APIBlueprint, parts: WebParts) -> None:
    """The views."""
    _add_talking(api, parts)
    _add_looking(api, parts)


def _add_talking(api: APIBlueprint, parts: WebParts) -> None:
    chats = parts.chats

    @api.post("/chat/new", responses={200: TurnAnswer, 202: TurnAnswer})
    @limited("v1_chat")
    def begin_chat(body: SayBody) -> Reply:
        """Begin a chat, and perhaps have what is said drawn

        Waits for the reply, up to `Prefer: wait=N` seconds; `Prefer: respond-async` does not wait. The pictures are
        never waited for: `imageGenerationJob` says where to ask for them.
        """
        caller, context = current_caller(), _context(parts, body)
        return _answer(parts, chats.begin(caller, body.saying(), context))

    @api.post("/chat/<sessionId>/messages", responses={200: TurnAnswer, 202: TurnAnswer})
    @limited("v1_chat")
    def say(path: ChatPath, body: SayBody) -> Reply:
        """Say more in a chat

        Waits for the reply, up to `Prefer: wait=N` seconds; `Prefer: respond-async` does not wait.
        """
        caller, context = current_caller(), _context(parts, body)
        return _answer(parts, chats.say(caller, path.session_id, body.saying(), context))


def _context(parts: WebParts, body: SayBody) -> Context:
    return Context(body.user_id, g.correlation_id, body.hook(parts.hooks))


def _answer(parts: WebParts, turn: Turn) -> Reply:
    caller, settings = current_caller(), parts.settings
    wish = preference(request.headers.get("Prefer"), settings.default_wait, settings.max_wait)
    if wish.wait:
        turn = parts.chats.answered(caller, turn, wish.wait)
    if turn.reply is None and turn.job.state.final and turn.image_job is None:
        _refuse(turn)
    return _told(parts, turn, wish)


def _refuse(turn: Turn) -> None:
    """Raise why there is no reply. Where pictures are being drawn the body says it: a client that asks again after an
    error would pay for them twice."""
    metadata = {"sessionId": turn.chat.id, "jobId": turn.job.id}
    if turn.job.state is State.FAILED and turn.job.error:
        raise job_failure(turn.job.error, **metadata)
    raise Conflict("It was cancelled, or the chat deleted, before it was answered.", metadata=metadata)


def _told(parts: WebParts, turn: Turn, wish: Preference) -> Reply:
    body = turn_body(parts, current_caller(), turn)
    if turn.job.state.final:
        return body, 200, wish.headers
    return body, 202, {"Location": body["chatJob"]["statusUrl"], **wish.headers}


def _add_looking(api: APIBlueprint, parts: WebParts) -> None:
    chats = parts.chats

    @api.get("/chat", responses={200: ChatsAnswer})
    def list_chats(query: ChatsQuery) -> Json:
        """List the account's chats, the latest talk first"""
        found = chats.find(current_caller(), query.limit + 1, query.user_id, query.after)
        page = found[: query.limit]
        return {
            "chats": [chat_summary(chat) for chat in page],
            "count": len(page),
            "nextAfter": page[-1].id if len(found) > query.limit else None,
        }

    @api.get("/chat/<sessionId>", responses={200: ChatAnswer})
    def show_chat(path: ChatPath) -> Json:
        """Show a chat with all that was said"""
        caller = current_caller()
        chat, said = chats.chat(caller, path.session_id), chats.messages(caller, path.session_id)
        return {**chat_summary(chat), "messages": [chat_message(each) for each in said]}

    @api.delete("/chat/<sessionId>", responses={204: None})
    def remove_chat(path: ChatPath) -> tuple[str, int]:
        """Delete a chat with all that was said; its pictures stay in the gallery"""
        chats.remove(current_caller(), path.session_id)
        return "", 204
