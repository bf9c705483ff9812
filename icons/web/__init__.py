"""The web floor: faces that translate between HTTP or Socket.IO and the verbs of the core."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask_socketio import SocketIO

from icons.core.accounts import Accounts
from icons.core.gallery import Gallery
from icons.core.pictures import Pictures
from icons.core.ports import Replies
from icons.core.profiles import Profiles
from icons.core.service import Service
from icons.core.tail import Tail
from icons.web import (
    batches,
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
    spending,
    tokens,
)
from icons.web.auth import Gate
from icons.web.live import sse
from icons.web.live.socketio import attach
from icons.web.live.streams import Streams
from icons.web.parts import WebParts
from icons.web.settings import WebSettings
from icons.web.signing import ImageSigner

_FACES = (ops, identity, icons, batches, jobs, library, profiles, providers, spending, pictures, images, dashboard)


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
    replies: Replies,
    settings: WebSettings,
    circuits: Callable[[], dict[str, str]],
    ready: Callable[[], dict[str, str]],
) -> Web:
    """All faces of one house. Every view demands a caller unless it is marked public."""
    gate = Gate(accounts, settings)
    signer = ImageSigner(settings.tokens.secret.encode(), settings.image_url_ttl, settings.public_url)
    parts = WebParts(service, accounts, gallery, tail, profiles, pictures, gate, signer, settings, circuits, ready)
    app = openapi.new_app()
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    errors.install(app)
    middleware.install(app)
    gate.install(app)  # before any view reads its body: an unknown caller gets 401, not 400
    limits.install(app, settings.limits)
    idempotency.install(app, replies, settings)
    tokens.configure(app, settings.tokens)
    for face in _FACES:
        app.register_api(face.blueprint(parts))
    streams = Streams(tail, settings.max_streams)
    app.register_api(sse.blueprint(parts, streams))
    openapi.install(app)  # last: it describes what is there
    live = attach(app, parts)

    def close() -> None:
        streams.close()
        live.close()

    return Web(app, app.extensions["socketio"], close)
