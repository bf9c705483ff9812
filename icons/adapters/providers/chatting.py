"""Conversations over /chat/completions, the same for every OpenAI-shaped service."""

from collections.abc import Sequence

from icons.adapters.providers import reading
from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.line import Line
from icons.domain.errors import RequestRefused
from icons.domain.requests import Message, Reply


async def reply_over(line: Line, provider: str, messages: Sequence[Message], model: str, end_user: str = "") -> Reply:
    """The next turn, by the model that is named or else the catalogue's. ``end_user``: for services that know OpenAI's
    word for it; "" for the others, some of which refuse what they do not know."""
    model = chat_model(provider, model)
    told = {"safety_identifier": end_user} if end_user else {}
    heard = await line.chat("", {"model": model, "messages": reading.turns(messages), **told})
    return reading.reply(provider, heard, model)


def chat_model(provider: str, model: str) -> str:
    """The model that talks. RequestRefused when none is named and the provider has none that everybody can use."""
    chosen = model or load_catalogue().chat.get(provider, "")
    if not chosen:
        raise RequestRefused(
            f"Name a chat model: {provider} has none that everybody can use.",
            code="PROVIDER_BAD_REQUEST",
            outcome="unsent",
        )
    return chosen
