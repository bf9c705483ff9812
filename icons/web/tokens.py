"""JSON web tokens: signing our own, checking our own and an outside issuer's."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from flask import Flask
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token

from icons.domain.errors import SettingsError, Unauthenticated, Unavailable
from icons.web.settings import TokenSettings

LEEWAY: Final = 5.0  # seconds that clocks may differ
_OWN_ALGORITHMS: Final = ["HS256"]
_OUTSIDE_ALGORITHMS: Final = ["RS256", "ES256"]
_MAX_SUBJECT: Final = 255


class Kind(StrEnum):
    """What a token is for."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a login gives."""

    access_token: str
    refresh_token: str
    expires_in: int  # seconds that the access token works


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    subject: str
    is_account: bool  # we issued it: the subject is an account's id; else it is the issuer's name for somebody
    session: str
    expires_at: float  # epoch seconds


def configure(app: Flask, settings: TokenSettings) -> None:
    """Set flask-jwt-extended up for signing. It checks nothing here: `Tokens.verify` does, for HTTP and sockets."""
    app.config.update(
        JWT_SECRET_KEY=settings.secret,
        JWT_ALGORITHM=_OWN_ALGORITHMS[0],
        JWT_ENCODE_ISSUER=settings.issuer,
        JWT_ENCODE_AUDIENCE=settings.audience,
    )
    JWTManager(app)


class Tokens:
    """Signs with HS256 and checks that, or with an outside issuer only checks that issuer's RS256 and ES256.

    A token signed with our key but without our ``sid`` claim comes from a system that was given the key: its ``sub``
    is that system's name for somebody, like an outside issuer's.
    """

    def __init__(self, settings: TokenSettings) -> None:
        self._settings = settings
        self.outside = bool(settings.jwks_url or settings.public_key)
        self._algorithms = _OUTSIDE_ALGORITHMS if self.outside else _OWN_ALGORITHMS
        self._jwks = jwt.PyJWKClient(settings.jwks_url, timeout=5) if settings.jwks_url else None
        self._key = _public_key(settings.public_key) if settings.public_key else settings.secret
        demanded = {"exp": True, "sub": True, "iss": settings.issuer, "aud": settings.audience}
        self._required = [claim for claim, wanted in demanded.items() if wanted]

    def issue(self, account_id: str, session: str | None = None) -> TokenPair:
        """Tokens of a new session, or new ones of an old. Needs an application context."""
        claims = {"sid": session or str(uuid.uuid4())}
        access = timedelta(seconds=self._settings.access_seconds)
        refresh = timedelta(seconds=self._settings.refresh_seconds)
        return TokenPair(
            create_access_token(account_id, expires_delta=access, additional_claims=claims),
            create_refresh_token(account_id, expires_delta=refresh, additional_claims=claims),
            self._settings.access_seconds,
        )

    def verify(self, token: str, kind: Kind = Kind.ACCESS) -> Claims:
        """What the token says, if it counts as one of that kind. Unauthenticated tells nothing more.

        Whether its session has ended is not asked here. Unavailable when the issuer's keys cannot be fetched.
        """
        try:
            claims = jwt.decode(
                token,
                self._signing_key(token),
                algorithms=self._algorithms,
                issuer=self._settings.issuer,
                audience=self._settings.audience,
                leeway=LEEWAY,
                options={"require": self._required},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable("The keys of the token's issuer cannot be fetched; try again.", retry_after=5) from error
        except (jwt.PyJWTError, ValueError, RecursionError) as error:  # RecursionError: a deeply nested header
            raise Unauthenticated from error
        return self._claims(claims, token, kind)

    def _claims(self, claims: dict[str, Any], token: str, kind: Kind) -> Claims:
        subject, own_session = claims["sub"], None if self.outside else claims.get("sid")
        if claims.get("type", Kind.ACCESS) != kind or not subject.isprintable() or not 0 < len(subject) <= _MAX_SUBJECT:
            raise Unauthenticated
        session = own_session or claims.get("jti") or hashlib.sha256(token.encode()).hexdigest()
        return Claims(subject, own_session is not None, str(session)[:_MAX_SUBJECT], float(claims["exp"]))

    def _signing_key(self, token: str) -> Any:
        return self._jwks.get_signing_key_from_jwt(token) if self._jwks else self._key


def _public_key(pem: str) -> PublicKeyTypes:
    try:
        return load_pem_public_key(pem.encode())
    except ValueError as error:
        raise SettingsError(
            "JWT_PUBLIC_KEY: write a public key in PEM form (-----BEGIN PUBLIC KEY-----...)."
        ) from error
