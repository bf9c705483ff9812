"""Sessions, API keys and tickets over HTTP."""

import base64
import time
import uuid
from collections.abc import Callable

import jwt
import pytest

from icons.domain.errors import Unauthenticated
from icons.web.tokens import LEEWAY
from tests.conftest import PASSWORD, Studio

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def secret(house: Studio) -> str:
    """The key that the house signs with."""
    return house.web.app.config["JWT_SECRET_KEY"]


@pytest.fixture
def web(house: Studio):
    """A client without credentials whose answers must agree with the OpenAPI document."""
    house.web.app.validate_response = True
    return house.client(anonymous=True)


def log_in(web) -> dict:
    answer = web.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
    assert answer.status_code == 200
    return answer.json


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_login_gives_tokens_that_work(web, house: Studio) -> None:
    """Both halves of the pair do what they are for."""
    pair = log_in(web)
    me = web.get("/api/auth/me", headers=bearer(pair["access_token"])).json
    assert pair["token_type"] == "bearer"
    assert pair["expires_in"] == house.settings.jwt_access_seconds
    assert (me["username"], me["role"], me["credential"]) == ("ada", "user", "token")
    again = web.post("/api/auth/refresh", headers=bearer(pair["refresh_token"])).json
    assert web.get("/api/auth/me", headers=bearer(again["access_token"])).status_code == 200
    in_body = web.post("/api/auth/refresh", json={"refresh_token": pair["refresh_token"]})
    assert in_body.status_code == 200


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ADA ", "wrong")])
def test_login_never_tells_which_part_was_wrong(web, username: str, password: str) -> None:
    """A wrong name and a wrong password look the same."""
    answer = web.post("/api/auth/login", json={"username": username, "password": password})
    assert answer.status_code == 401
    assert answer.json["message"] == "The user name or the password is wrong."


def claims(house: Studio, **changes: object) -> dict:
    """Claims of a good access token of the house's own, with changes; None leaves one out."""
    now = int(time.time())
    good = {
        "sub": house.user.id,
        "sid": str(uuid.uuid4()),
        "jti": str(uuid.uuid4()),
        "type": "access",
        "iat": now,
        "exp": now + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def unsigned(house: Studio, secret: str) -> str:
    return jwt.encode(claims(house), None, algorithm="none")


def nested_header(house: Studio, secret: str) -> str:
    header = b'{"alg":"HS256","x":' + b"[" * 3000 + b"]" * 3000 + b"}"
    body = jwt.encode(claims(house), secret, algorithm="HS256").split(".", 1)[1]
    return base64.urlsafe_b64encode(header).rstrip(b"=").decode() + "." + body


def signed_with(**changes: object) -> Callable[[Studio, str], str]:
    return lambda house, secret: jwt.encode(claims(house, **changes), secret, algorithm="HS256")


FORGED: dict[str, Callable[[Studio, str], str]] = {
    "another key": lambda house, _: jwt.encode(claims(house), SECRET, algorithm="HS256"),
    "another algorithm": lambda house, secret: jwt.encode(claims(house), secret * 2, algorithm="HS512"),
    "no signature": unsigned,
    "a deeply nested header": nested_header,
    "no expiry": signed_with(exp=None),
    "expired": signed_with(exp=int(time.time() - LEEWAY - 60)),
    "not yet valid": signed_with(nbf=int(time.time()) + 86400),
    "a refresh token": signed_with(type="refresh"),
    "an unknown type": signed_with(type="ticket"),
    "no subject": signed_with(sub=None),
    "an unknown account": signed_with(sub=str(uuid.uuid4())),
    "an empty subject": signed_with(sub=""),
    "meant for somebody else": signed_with(aud="another-service"),
    "cut off": lambda house, secret: jwt.encode(claims(house), secret, algorithm="HS256")[:-4],
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_bad_tokens_are_all_refused_alike(
    web, house: Studio, secret: str, forged: Callable[[Studio, str], str]
) -> None:
    """Whatever is wrong with a token: 401 and one text, over HTTP and for sockets."""
    answer = web.get("/api/auth/me", headers=bearer(forged(house, secret)))
    assert answer.status_code == 401
    assert answer.json["message"] == Unauthenticated().message


def test_the_forgeries_differ_from_a_good_token_only_in_what_they_say(web, house: Studio, secret: str) -> None:
    """The same claims without a change are accepted, so each forgery is refused for its own reason."""
    good = jwt.encode(claims(house), secret, algorithm="HS256")
    assert web.get("/api/auth/me", headers=bearer(good)).json["id"] == house.user.id


def test_a_system_that_knows_the_key_brings_its_own_subjects(web, secret: str) -> None:
    """A valid token from elsewhere gets an account at first sight, and the same one ever after."""
    tokens = [jwt.encode({"sub": "crm-42", "exp": time.time() + offset}, secret, "HS256") for offset in (60, 90)]
    first, second = (web.get("/api/auth/me", headers=bearer(token)).json for token in tokens)
    assert first["username"] == "crm-42"
    assert first["id"] == second["id"]


def test_logout_ends_the_whole_session_at_once(web) -> None:
    """Access and refresh token of the session are dead, though the access token was in use a moment ago."""
    pair, other = log_in(web), log_in(web)
    headers = bearer(pair["access_token"])
    assert web.get("/api/auth/me", headers=headers).status_code == 200
    assert web.post("/api/auth/logout", headers=headers).status_code == 200
    assert web.get("/api/auth/me", headers=headers).status_code == 401
    assert web.post("/api/auth/refresh", headers=bearer(pair["refresh_token"])).status_code == 401
    assert web.get("/api/auth/me", headers=bearer(other["access_token"])).status_code == 200


def test_logout_can_end_another_session_by_its_refresh_token(web) -> None:
    """A client that mixed its tokens up is signed out of both sessions."""
    pair, other = log_in(web), log_in(web)
    body = {"refresh_token": other["refresh_token"]}
    assert web.post("/api/auth/logout", headers=bearer(pair["access_token"]), json=body).status_code == 200
    assert web.get("/api/auth/me", headers=bearer(other["access_token"])).status_code == 401


def test_nobody_ends_a_stranger_s_session(web, house: Studio, secret: str) -> None:
    """Another account's refresh token in the body changes nothing for that account."""
    pair = log_in(web)
    admin = web.post("/api/auth/login", json={"username": "admin", "password": PASSWORD}).json
    body = {"refresh_token": admin["refresh_token"]}
    web.post("/api/auth/logout", headers=bearer(pair["access_token"]), json=body)
    assert web.get("/api/auth/me", headers=bearer(admin["access_token"])).status_code == 200


def test_refresh_takes_refresh_tokens_only(web) -> None:
    """An access token renews nothing, and nothing renews nothing."""
    pair = log_in(web)
    assert web.post("/api/auth/refresh", headers=bearer(pair["access_token"])).status_code == 401
    assert web.post("/api/auth/refresh").status_code == 401


def test_a_key_opens_the_same_account_in_either_header_until_it_is_revoked(web) -> None:
    """A key is shown once, works as bearer and as X-API-Key, and stops working at once."""
    headers = bearer(log_in(web)["access_token"])
    made = web.post("/api/auth/keys", json={"name": "ci", "expires_in_days": 30}, headers=headers)
    key = made.json["key"]
    assert made.status_code == 201
    for proof in ({"X-API-Key": key}, bearer(key)):
        me = web.get("/api/auth/me", headers=proof).json
        assert (me["username"], me["credential"]) == ("ada", "api_key")
        assert me["expires_at"] == made.json["expires_at"]
    listed = web.get("/api/auth/keys", headers=headers)
    assert made.json["id"] in {each["id"] for each in listed.json["keys"]}
    assert key not in listed.text
    assert web.delete(f"/api/auth/keys/{made.json['id']}", headers=headers).status_code == 204
    assert web.get("/api/auth/me", headers={"X-API-Key": key}).status_code == 401
    assert web.delete(f"/api/auth/keys/{made.json['id']}", headers=headers).status_code == 404


def test_a_key_dies_when_its_time_has_come(web, house: Studio) -> None:
    """An expired key is as good as none."""
    secret = house.accounts.add_key(house.user.id, "old", time.time() - 60).secret
    assert web.get("/api/auth/me", headers={"X-API-Key": secret}).status_code == 401


def test_a_key_has_no_session_to_end(web, house: Studio) -> None:
    """Logout with a key says what to do instead."""
    answer = web.post("/api/auth/logout", headers={"X-API-Key": house.key()})
    assert answer.status_code == 409
    assert "DELETE /api/auth/keys" in answer.json["message"]


def test_somebody_else_s_key_cannot_be_revoked(web, house: Studio) -> None:
    """Another account's key looks like an unknown one."""
    key = house.accounts.add_key(house.admin.id, "operator").key
    answer = web.delete(f"/api/auth/keys/{key.id}", headers={"X-API-Key": house.key()})
    unknown = web.delete(f"/api/auth/keys/{uuid.uuid4()}", headers={"X-API-Key": house.key()})
    assert answer.status_code == unknown.status_code == 404
    assert answer.json["message"] == unknown.json["message"]


def test_a_ticket_works_once(web, house: Studio) -> None:
    """It stands for the account that asked for it, and is used up by the first use."""
    ticket = web.post("/api/auth/ticket", headers={"X-API-Key": house.key()}).json
    assert 0 < ticket["expires_in"] <= 60
    assert house.accounts.take_ticket(ticket["ticket"]).account == house.user.id
    with pytest.raises(Unauthenticated):
        house.accounts.take_ticket(ticket["ticket"])
