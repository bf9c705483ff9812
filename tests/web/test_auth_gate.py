"""The gate itself: what long connections ask of it, and outside issuers of tokens."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from icons.domain.errors import Forbidden, SettingsError, Unauthenticated, Unavailable
from icons.web.auth import Gate
from icons.web.settings import TokenSettings, WebSettings
from tests.conftest import PASSWORD, Studio, free_port

ISSUER, AUDIENCE = "https://login.example", "icon-studio"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
SECRET = "0123456789abcdef0123456789abcdef"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(encoding, form).decode()


def outside_gate(house: Studio, **where: str) -> Gate:
    tokens = TokenSettings(SECRET, issuer=ISSUER, audience=AUDIENCE, **where)
    return Gate(house.accounts, WebSettings(tokens))


def outside_token(key: object = RSA_KEY, algorithm: str = "RS256", kid: str = "one", **changes: object) -> str:
    claims = {"sub": "grace", "iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 60, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


@pytest.fixture
def gate(house: Studio) -> Gate:
    """A gate of its own over the house's accounts: what it ends, it alone has heard of."""
    tokens = TokenSettings(house.web.app.config["JWT_SECRET_KEY"])
    return Gate(house.accounts, WebSettings(tokens))


@pytest.fixture
def jwks() -> Iterator[str]:
    """An issuer that publishes its keys over HTTP."""
    keys = [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(RSA_KEY.public_key())) | {"kid": "one", "use": "sig"}]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"keys": keys}).encode())

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()
    server.server_close()


def test_a_caller_is_valid_until_its_session_ends(house: Studio, gate: Gate) -> None:
    """A socket opened by a token is thrown out after logout, and another session's is not."""
    with house.web.app.app_context():
        first, second = (gate.caller_from_secret(gate.issue(house.user).access_token) for _ in range(2))
    assert gate.still_valid(first)
    gate.end_session(first)
    assert not gate.still_valid(first)
    assert gate.still_valid(second)


def test_a_caller_is_valid_until_its_key_is_revoked(house: Studio, gate: Gate) -> None:
    """A socket opened by a key is thrown out with the key."""
    new = house.accounts.add_key(house.user.id, "socket")
    caller = gate.caller_from_secret(new.secret)
    assert gate.still_valid(caller)
    gate.revoke_key(caller, new.key.id)
    assert not gate.still_valid(caller)


def test_a_caller_is_valid_until_its_account_is_disabled(house: Studio, gate: Gate) -> None:
    """Connections opened by a token or a key are thrown out, and neither opens another one."""
    olga, _ = house.accounts.add("olga", PASSWORD)
    with house.web.app.app_context():
        tokens = gate.issue(olga)
    secrets = (tokens.access_token, house.key(olga))
    callers = [gate.caller_from_secret(secret) for secret in secrets]
    house.accounts.set_disabled("olga", disabled=True)
    assert not any(gate.still_valid(caller) for caller in callers)
    elsewhere = Gate(house.accounts, WebSettings(TokenSettings(house.web.app.config["JWT_SECRET_KEY"])))
    for secret in secrets:
        with pytest.raises(Unauthenticated):
            elsewhere.caller_from_secret(secret)
    with pytest.raises(Unauthenticated):
        elsewhere.refresh(tokens.refresh_token)


def test_a_caller_is_valid_until_its_time_has_come(house: Studio, gate: Gate) -> None:
    """What was accepted when it was young is not accepted for ever."""
    caller = gate.caller_from_secret(house.key())
    assert gate.still_valid(caller)
    assert not gate.still_valid(replace(caller, expires_at=time.time() - 60))


def test_a_session_ended_elsewhere_is_noticed_by_a_fresh_look(house: Studio, gate: Gate) -> None:
    """What another process ended, a credential not seen lately is refused for."""
    with house.web.app.app_context():
        token = gate.issue(house.user).access_token
    elsewhere = Gate(house.accounts, WebSettings(TokenSettings(house.web.app.config["JWT_SECRET_KEY"])))
    elsewhere.end_session(elsewhere.caller_from_secret(token))
    with pytest.raises(Unauthenticated):
        gate.caller_from_secret(token)


@pytest.mark.parametrize(("key", "algorithm"), [(RSA_KEY, "RS256"), (EC_KEY, "ES256")], ids=["RS256", "ES256"])
def test_an_outside_issuer_s_people_get_accounts(house: Studio, key: object, algorithm: str) -> None:
    """A first-seen subject of a valid token gets an account, and keeps it."""
    gate = outside_gate(house, public_key=pem(key))
    first = gate.caller_from_secret(outside_token(key, algorithm, jti="first"))
    second = gate.caller_from_secret(outside_token(key, algorithm, jti="second"))
    assert first.subject == "grace"
    assert first.account == second.account


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-service"},
        {"iss": None},
        {"aud": None},
        {"exp": None},
        {"exp": 1},
        {"sub": None},
        {"sub": "x" * 300},
        {"sub": "line\nbreak"},
        {"type": "refresh"},
    ],
    ids=str,
)
def test_an_outside_token_must_be_meant_for_here(house: Studio, changes: dict[str, object]) -> None:
    """Issuer, audience, expiry and subject are demanded and checked."""
    gate = outside_gate(house, public_key=pem(RSA_KEY))
    with pytest.raises(Unauthenticated):
        gate.caller_from_secret(outside_token(**changes))


def test_with_an_outside_issuer_our_own_key_signs_nothing(house: Studio) -> None:
    """Neither our HS256 key nor the issuer's public key taken for one opens the gate."""
    gate = outside_gate(house, public_key=pem(RSA_KEY))
    for secret in (SECRET, SECRET * 4):
        with pytest.raises(Unauthenticated):
            gate.caller_from_secret(outside_token(secret, "HS256"))
    with pytest.raises(Forbidden, match=ISSUER):
        gate.issue(house.user)


def test_published_keys_are_fetched_and_others_refused(house: Studio, jwks: str) -> None:
    """A key that the issuer publishes counts, an unknown key id or a stranger's key does not."""
    gate = outside_gate(house, jwks_url=jwks)
    assert gate.caller_from_secret(outside_token()).subject == "grace"
    with pytest.raises(Unauthenticated):
        gate.caller_from_secret(outside_token(kid="unknown"))
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(Unauthenticated):
        gate.caller_from_secret(outside_token(stranger))


def test_an_issuer_that_cannot_be_reached_is_no_fault_of_the_caller(house: Studio) -> None:
    """Without the keys nobody can tell whether a token is good: 503, not 401."""
    gate = outside_gate(house, jwks_url=f"http://127.0.0.1:{free_port()}/keys")
    with pytest.raises(Unavailable):
        gate.caller_from_secret(outside_token())


def test_a_broken_public_key_stops_the_start(house: Studio) -> None:
    """The sentence names the setting."""
    with pytest.raises(SettingsError, match="JWT_PUBLIC_KEY"):
        outside_gate(house, public_key="-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----")
