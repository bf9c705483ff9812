"""What every face of the web is made with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from icons.core.accounts import Accounts
from icons.core.chats import Chats
from icons.core.gallery import Gallery
from icons.core.hooks import Hooks
from icons.core.pictures import Pictures
from icons.core.profiles import Profiles
from icons.core.service import Service
from icons.core.tail import Tail
from icons.web.auth import Gate
from icons.web.cors import Origins
from icons.web.live.lines import Lines
from icons.web.live.places import Places
from icons.web.settings import WebSettings
from icons.web.signing import ImageSigner


@dataclass(frozen=True, slots=True)
class WebParts:
    """The floors below, and the web's own gate and signer."""

    service: Service
    accounts: Accounts
    gallery: Gallery
    tail: Tail
    profiles: Profiles
    pictures: Pictures
    chats: Chats
    hooks: Hooks
    gate: Gate
    signer: ImageSigner
    origins: Origins
    settings: WebSettings
    circuits: Callable[[], Mapping[str, str]]  # lane -> state of its circuit breaker
    ready: Callable[[], dict[str, str]]  # name of a part -> "ok" or what is wrong with it
    figures: CollectorRegistry  # all that Prometheus is told
    places: Places = field(default_factory=Places)
    lines: Lines = field(default_factory=Lines)
