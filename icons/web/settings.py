"""What the web floor needs to know; the composition root fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """How access tokens are signed or, with an outside issuer, only checked."""

    secret: str  # HS256 key, at least 32 bytes; also the root of signed addresses
    access_seconds: int = 3600
    refresh_seconds: int = 30 * 24 * 3600
    jwks_url: str | None = None  # an outside issuer's keys (RS256, ES256)
    public_key: str | None = None  # or one PEM
    issuer: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How often callers may ask."""

    enabled: bool = False
    storage_url: str = "memory://"
    rates: Mapping[str, str] = field(default_factory=dict)  # by `Policy`: all of them, when enabled


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The web floor's settings; times in seconds, sizes in bytes."""

    tokens: TokenSettings
    limits: LimitSettings = LimitSettings()
    async_mode: str = "threading"  # Flask-SocketIO's: threading, gevent or eventlet
    socket_transports: tuple[str, ...] = ("polling", "websocket")
    places: int = 750  # of this process's threads, for all connections that last; the rest answers requests
    trusted_proxies: str = ""  # see `proxies.trusting`
    public_url: str = ""  # "https://icons.example.com": prefix of addresses in answers; "" = relative
    cors_origins: tuple[str, ...] = ()  # pages of other origins that browsers let in; see `cors.Origins`
    image_url_ttl: int = 3600
    image_origin: str = ""  # "https://s3.example.com": where pictures come from beside here; "" = nowhere
    max_body: int = 2 * 1024 * 1024
    max_wait: float = 300.0  # longest Prefer: wait
    default_wait: float = 60.0  # how long /api/icons/generate waits by itself
    max_listeners: int = 500  # Socket.IO connections of this process; each takes one of its places
    ws_path: str = "/ws"  # where workers from outside connect
    worker_silence: float = 8.0  # after which one of them is given up
    max_workers: int = 200  # of them at this process; each takes one of its places
    max_streams: int = 300  # server-sent streams of this process; each takes one of its places
    metrics_token: str | None = None  # None = /metrics answers loopback only
    environment: str = "production"
