"""The web floor: faces that translate between HTTP or Socket.IO and the verbs of the core."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Flask
from flask_socketio import SocketIO
from prometheus_client import CollectorRegistry

from icons.core.accounts import Accounts
from icons.core.chats import Chats
from icons.core.gallery import Gallery
from icons.core.hooks import Hooks
from icons.core.outside.dispatcher import Dispatcher
from icons.core.pictures import Pictures
from icons.core.ports import Replies
from icons.core.profiles import Profiles
from icons.core.service import Service
from icons.core.tail import Tail
from icons.web import (
    batches,
    cors,
    dashboard,
    errors,
    icons,
    idempotency,
    identity,
    images,
    jobs,
    library,
    limits,
    middleware,
    openapi,
    ops,
    pictures,
    profiles,
    providers,
    proxies,
    spending,
    tokens,
    v1,
    webhooks,
    workers,
)
from icons.web.auth import Gate
from icons.web.cors import Origins
from icons.web.live import sse
from icons.web.live import workers as live_workers
from icons.web.live.places import Places
from icons.web.live.socketio import attach
from icons.web.live.streams import Streams
from icons.web.parts import WebParts
from icons.web.settings import WebSettings
from icons.web.signing import ImageSigner

_FACES = (
    *(ops, identity, icons, batches, jobs, library, profiles, providers, spending, pictures, images, webhooks, workers),
    dashboard,
)
_FAREWELL: Final = 2.0  # seconds in which lasting connections may end by themselves


@dataclass(frozen=True, slots=True)
class Web:
    """The WSGI application, its Socket.IO server, and how to close both to new listeners."""

    app: Flask
    socketio: SocketIO
    close: Callable[[], None]


def create_web(
    service: Service,
    accounts: Accounts,
    gallery: Gallery,
    tail: Tail,
    profiles: Profiles,
    pictures: Pictures,
    chats: Chats,
    hooks: Hooks,
    replies: Replies,
    dispatcher: Dispatcher,
    settings: WebSettings,
    circuits: Callable[[], Mapping[str, str]],
    ready: Callable[[], dict[str, str]],
    figures: CollectorRegistry,
) -> Web:
    """All faces of one house. Every view demands a caller unless it is marked public."""
    gate = Gate(accounts, settings)
    signer = ImageSigner(settings.tokens.secret.encode(), settings.image_url_ttl, settings.public_url)
    origins = Origins(settings.cors_origins, settings.public_url)
    parts = WebParts(
        *(service, accounts, gallery, tail, profiles, pictures, chats, hooks, gate, signer, origins, settings),
        *(circuits, ready, figures, Places(settings.places)),
    )
    app = openapi.new_app()
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    errors.install(app)
    middleware.install(app)
    cors.install(app, origins)  # before the gate: browsers ask without a credential first
    gate.install(app)  # before any view reads its body: an unknown caller gets 401, not 400
    limits.install(app, settings.limits)
    idempotency.install(app, replies, settings)
    tokens.configure(app, settings.tokens)
    for face in _FACES:
        app.register_api(face.blueprint(parts))
    for api in v1.blueprints(parts):
        app.register_api(api)
    streams = Streams(tail, parts.places.share(settings.max_streams))
    app.register_api(sse.blueprint(parts, streams))
    openapi.install(app)  # last: it describes what is there
    door = live_workers.attach(app, parts, dispatcher)
    live = attach(app, parts)
    app.wsgi_app = proxies.trusting(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign,assignment]  # Flask's way

    def close() -> None:
        streams.close()
        door.close()
        live.close()
        parts.lines.cut(_FAREWELL)

    return Web(app, app.extensions["socketio"], close)
