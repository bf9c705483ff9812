"""`/api/auth`: sessions, API keys, tickets."""

import time

from flask import request
from flask_openapi import APIBlueprint, Tag

from icons.domain.access import ApiKey
from icons.domain.errors import Unauthenticated
from icons.web.auth import current_caller, public
from icons.web.idempotency import secret_answers
from icons.web.limits import limited
from icons.web.parts import WebParts
from icons.web.schemas.auth import (
    KeyBody,
    KeyPath,
    KeysAnswer,
    LoginBody,
    LogoutAnswer,
    MeAnswer,
    NewKeyAnswer,
    RefreshBody,
    TicketAnswer,
    TokenAnswer,
)
from icons.web.tokens import TokenPair
from icons.web.wire import Json, iso, iso_or_none

_DAY = 24 * 3600.0


def blueprint(parts: WebParts) -> APIBlueprint:
    """The face."""
    tag = Tag(name="auth", description="Sessions, API keys and tickets")
    api = secret_answers(APIBlueprint("auth", __name__, url_prefix="/api/auth", abp_tags=[tag]))
    _add_sessions(api, parts)
    _add_keys(api, parts)
    return api


def _add_sessions(api: APIBlueprint, parts: WebParts) -> None:
    accounts, gate = parts.accounts, parts.gate

    @api.post("/login", responses={200: TokenAnswer})
    @public
    @limited("login", "login_address")
    def login(body: LoginBody) -> Json:
        """Sign in with user name and password"""
        return _tokens(gate.issue(accounts.login(body.username, body.password)))

    @api.post("/refresh", responses={200: TokenAnswer})
    @public
    def refresh(body: RefreshBody) -> Json:
        """Get new tokens for a refresh token

        It is sent as the bearer token or in the body.
        """
        authorization = request.authorization
        bearer = authorization.token if authorization and authorization.type == "bearer" else None
        secret = body.refresh_token or bearer
        if not secret:
            raise Unauthenticated("Send the refresh token, as the bearer token or in the body.")
        return _tokens(gate.refresh(secret))

    @api.post("/logout", responses={200: LogoutAnswer})
    def logout(body: RefreshBody) -> Json:
        """End the session, its refresh token included"""
        gate.end_session(current_caller(), body.refresh_token)
        return {"success": True}

    @api.get("/me", responses={200: MeAnswer})
    def me() -> Json:
        """Show the account behind the credential"""
        caller = current_caller()
        account = accounts.get(caller.account)
        if account is None:  # disabled since the gate looked
            raise Unauthenticated
        return {
            "id": account.id,
            "username": account.subject,
            "role": account.role.value,
            "created_at": iso(account.created_at),
            "credential": "api_key" if caller.by_key else "token",
            "expires_at": iso_or_none(caller.expires_at),
        }

    @api.post("/ticket", responses={200: TicketAnswer})
    def ticket() -> Json:
        """Get a single-use credential for a browser's stream"""
        secret, seconds = accounts.add_ticket(current_caller())
        return {"ticket": secret, "expires_in": seconds}


def _add_keys(api: APIBlueprint, parts: WebParts) -> None:
    @api.get("/keys", responses={200: KeysAnswer})
    def keys() -> Json:
        """List the account's API keys"""
        found = [_key(key) for key in parts.accounts.keys(current_caller())]
        return {"keys": found, "count": len(found)}

    @api.post("/keys", responses={201: NewKeyAnswer})
    def add_key(body: KeyBody) -> tuple[Json, int]:
        """Make an API key; it is shown this once"""
        expires_at = None if body.expires_in_days is None else time.time() + body.expires_in_days * _DAY
        new = parts.accounts.add_key(current_caller().account, body.name, expires_at)
        shown = {name: value for name, value in _key(new.key).items() if name != "last_used_at"}
        return {**shown, "key": new.secret}, 201

    @api.delete("/keys/<key_id>", responses={204: None})
    def revoke_key(path: KeyPath) -> tuple[str, int]:
        """Revoke an API key"""
        parts.gate.revoke_key(current_caller(), path.key_id)
        return "", 204


def _tokens(pair: TokenPair) -> Json:
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": "bearer",
        "expires_in": pair.expires_in,
    }


def _key(key: ApiKey) -> Json:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "created_at": iso(key.created_at),
        "last_used_at": iso_or_none(key.last_used_at),
        "expires_at": iso_or_none(key.expires_at),
    }
