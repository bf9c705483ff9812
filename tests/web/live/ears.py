"""Clients of the Socket.IO face, and what they should have heard."""

from contextlib import contextmanager
from dataclasses import dataclass, field

import engineio
import pytest
import socketio
import websocket
from flask import Flask

from icons.web.auth import Gate
from icons.web.cors import Origins
from icons.web.live.places import Places
from icons.web.live.socketio import attach
from icons.web.parts import WebParts
from icons.web.settings import TokenSettings, WebSettings
from icons.web.signing import ImageSigner
from tests.conftest import eventually
from tests.web.drawn import served

NAMES = ("batch_progress", "job_output", "job_completed", "batch_completed", "image_changed")


class InOrder(engineio.Client):
    """The stock client hands each message to a thread of its own, and busy machines run those out of order."""

    def _trigger_event(self, event, *args, run_async=False, **options):
        return super()._trigger_event(event, *args, run_async=run_async and event != "message", **options)


class Client(socketio.Client):
    """Over that engine."""

    def _engineio_client_class(self):
        return InOrder


@dataclass
class Ear:
    """A connected client and what it has heard."""

    client: socketio.Client
    heard: list[tuple[str, dict]] = field(default_factory=list)

    @property
    def seqs(self):
        return [body["seq"] for _, body in self.heard]

    def call(self, name, *payload):
        return self.client.call(name, *payload, timeout=10)

    def barrier(self):
        """Everything that was sent before has been heard after this."""
        self.call("subscribe", {})


def connect(url, secret, **auth):
    ear = Ear(Client(reconnection=False))
    for name in NAMES:
        ear.client.on(name, lambda body, name=name: ear.heard.append((name, body)))
    ear.client.connect(url, auth={"token": secret, **auth}, transports=["websocket"], wait_timeout=10)
    return ear


@contextmanager
def listening(url, secret, **auth):
    ear = connect(url, secret, **auth)
    try:
        yield ear
    finally:
        ear.client.disconnect()


def own_parts(studio, **settings):
    """What a face of the test's own is made with."""
    house, known = studio.house, WebSettings(TokenSettings("a secret of at least thirty-two bytes"), **settings)
    return WebParts(
        service=house.service,
        accounts=house.accounts,
        gallery=house.gallery,
        tail=house.tail,
        profiles=house.profiles,
        pictures=house.pictures,
        chats=house.chats,
        hooks=house.hooks,
        gate=Gate(house.accounts, known),
        signer=ImageSigner(known.tokens.secret.encode(), known.image_url_ttl),
        origins=Origins(known.cors_origins),
        settings=known,
        circuits=dict,
        ready=dict,
        figures=house.figures,
        places=Places(known.places),
    )


@contextmanager
def own_server(studio, check_seconds=20.0, **settings):
    """A Socket.IO face of the test's own: its base URL and the face."""
    app = Flask("live")
    live = attach(app, own_parts(studio, **settings), check_seconds)
    with served(app) as url:
        try:
            yield url, live
        finally:
            live.close()


def raw_socket(url, **options):
    """A WebSocket without a client's help, behind Engine.IO's greeting."""
    peer = websocket.create_connection(f"ws{url[4:]}/socket.io/?EIO=4&transport=websocket", timeout=10, **options)
    assert peer.recv().startswith("0{")
    return peer


def log_of(studio, after=0, **topic):
    """What the event log holds for Ada."""
    events = []
    while page := studio.service.events(studio.caller(), after, 500, **topic):
        events += page
        after = page[-1].seq
    return [event.seq for event in events]


def idle(studio):
    """The tail has handed out everything."""
    eventually(lambda: studio.tail.position == studio.house.engines.store.events.last_seq())
    return studio.tail.position


def refusal(url, auth):
    client = socketio.Client(reconnection=False)
    errors = []
    client.on("connect_error", errors.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(url, auth=auth, transports=["websocket"], wait_timeout=10)
    return errors[0]


def hear_out(peer):
    """Until the server ends it."""
    while True:
        peer.recv()
