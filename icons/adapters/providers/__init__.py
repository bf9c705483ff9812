"""Those who draw: a module or folder per provider."""

from collections.abc import Mapping
from typing import Final

from icons.adapters.providers import compatible, ollama, xai
from icons.adapters.providers.catalogue import load_catalogue
from icons.adapters.providers.checking import check_connection
from icons.adapters.providers.google import GoogleProvider
from icons.adapters.providers.imaging_service import ImagingService, Manner
from icons.adapters.providers.openai import OpenAIProvider
from icons.adapters.providers.openrouter import OpenRouterProvider
from icons.core.outbound import check_url
from icons.core.ports import Provider
from icons.domain.access import Connection
from icons.domain.errors import InvalidRequest
from icons.domain.models import Catalogue

__all__ = ["CATALOGUE", "check_connection", "connect"]

CATALOGUE: Final[Catalogue] = load_catalogue()

_SERVICES: Final[Mapping[str, Manner]] = {
    "xai": Manner(xai.BASE_URL, xai.parameters, xai.edit),
    "ollama": Manner(ollama.BASE_URL, ollama.parameters),
    "gab": Manner(compatible.GAB_URL, compatible.parameters),
    "openai-compatible": Manner("", compatible.parameters),
}


def connect(connection: Connection, *, allow_private: bool = False) -> Provider:
    """The provider behind a connection; it calls nobody before `Provider.open`.

    ``allow_private`` lets its address lead inside: for what the operator has set up, never for what users send.
    Raises InvalidRequest for a provider that draws no pictures, or an address that may not be called.
    """
    if connection.base_url:
        check_url(connection.base_url, allow_private=allow_private, field="baseUrl")
    match connection.provider:
        case "openai":
            return OpenAIProvider(connection, allow_private=allow_private)
        case "google":
            return GoogleProvider(connection, allow_private=allow_private)
        case "openrouter":
            return OpenRouterProvider(connection, allow_private=allow_private)
        case name if name in _SERVICES:
            manner = _SERVICES[name]
            if not (manner.base_url or connection.base_url):
                raise InvalidRequest(f"Say where {name} is reached.", {"baseUrl": "missing"})
            return ImagingService(connection, manner, allow_private=allow_private)
        case name:
            raise InvalidRequest(f"{name} draws no pictures; choose another provider.", {"provider": "cannot draw"})
