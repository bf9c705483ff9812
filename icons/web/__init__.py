"""The web floor: faces that translate between HTTP or Socket.IO and the verbs of the core."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask
from flask_socketio import SocketIO

from icons.core.accounts import Accounts
from icons.core.gallery import Gallery
from icons.core.service import Service
from icons.core.tail import Tail
from icons.web import batches, errors, icons, identity, images, library, middleware, openapi, ops, tokens
from icons.web.auth import Gate
from icons.web.live.socketio import attach
from icons.web.parts import WebParts
from icons.web.settings import WebSettings
from icons.web.signing import ImageSigner

_FACES = (ops, identity, icons, batches, library, images)


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
    settings: WebSettings,
    ready: Callable[[], dict[str, str]],
) -> Web:
    """All faces of one house. Every view demands a caller unless it is marked public."""
    gate = Gate(accounts, settings)
    signer = ImageSigner(settings.tokens.secret.encode(), settings.image_url_ttl, settings.public_url)
    parts = WebParts(service, accounts, gallery, tail, gate, signer, settings, ready)
    app = openapi.new_app()
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body
    errors.install(app)
    middleware.install(app)
    gate.install(app)  # before any view reads its body: an unknown caller gets 401, not 400
    tokens.configure(app, settings.tokens)
    for face in _FACES:
        app.register_api(face.blueprint(parts))
    openapi.install(app)  # last: it describes what is there
    live = attach(app, parts)
    return Web(app, app.extensions["socketio"], live.close)
