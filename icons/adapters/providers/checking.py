"""Whether a connection works, without drawing anything: one GET that costs nothing and needs the key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from icons.adapters.providers import compatible, google, ollama, openai, openrouter, xai
from icons.core.bridge import complete
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest, ProviderFailed

CHECK_SECONDS: Final = 15.0
_ADDRESSES: Final[Mapping[str, tuple[str, str]]] = {
    "openai": (openai.BASE_URL, "/models"),
    "google": (google.BASE_URL, "/v1beta/models"),
    "xai": (xai.BASE_URL, "/models"),
    "openrouter": (openrouter.BASE_URL, "/key"),  # its list of models is open to everybody
    "ollama": (ollama.BASE_URL, "/models"),
    "gab": (compatible.GAB_URL, "/models"),
    "openai-compatible": ("", "/models"),
}
"""Provider -> (its own address, what is asked there)."""


def check_connection(connection: Connection, *, allow_private: bool = False) -> str:
    """A sentence about what answered; waits for it, in the calling thread, up to CHECK_SECONDS.

    ``allow_private`` as in `connect`. Raises ProviderError, or InvalidRequest for a provider that draws no pictures.
    """
    name = connection.provider
    if name not in _ADDRESSES:
        raise InvalidRequest(f"{name} draws no pictures; choose another provider.", {"provider": "cannot draw"})
    answer = complete(_get, connection, allow_private=allow_private)
    models = answer.get("data", answer.get("models"))
    count = f" and names {len(models)} models" if isinstance(models, list) else ""
    return f"{name} accepts this connection{count}."


async def _get(connection: Connection, *, allow_private: bool) -> Mapping[str, Any]:
    import httpx2

    from icons.adapters.providers.wire import Wire

    home, path = _ADDRESSES[connection.provider]
    key = connection.api_key
    headers = {"x-goog-api-key": key} if connection.provider == "google" else {"Authorization": f"Bearer {key}"}
    wire = Wire(replace(connection, timeout=min(CHECK_SECONDS, connection.timeout)), allow_private=allow_private)
    async with httpx2.AsyncClient(transport=wire, timeout=None) as http:
        answer = await http.get(f"{connection.base_url or home}{path}", headers=headers if key else {})
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ProviderFailed(f"What answers there is not {connection.provider}: it speaks no JSON.")
    return body
