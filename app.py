"""The composition root: settings -> engines -> house -> faces, and the command line. Nothing else names an engine."""

import sys
from functools import partial
from pathlib import Path

import click
from flask import Flask

from config import Settings, load_settings
from icons.adapters.buses import open_bus
from icons.adapters.fetcher import GuardedFetcher
from icons.adapters.files import open_files
from icons.adapters.providers import CATALOGUE, connect
from icons.adapters.providers.checking import check_connection
from icons.adapters.providers.local import LocalProvider
from icons.adapters.queues import open_queue
from icons.adapters.store import open_store
from icons.core import logs
from icons.core.gallery import Retention
from icons.core.house import Engines, House, Rules
from icons.core.paying import FREE
from icons.core.pictures import Intake
from icons.core.ports import Provider
from icons.core.service import Limits
from icons.core.vault import Vault, kept_secret
from icons.core.worker import Pace
from icons.domain.access import Connection
from icons.domain.errors import SettingsError
from icons.domain.prompts.library import Library
from icons.domain.retry import RetryPolicy
from icons.terminal import command_line
from icons.terminal.opening import Opening
from icons.web import Web, create_web
from icons.web.server import Address
from icons.web.settings import LimitSettings, TokenSettings, WebSettings


def build_house(settings: Settings) -> House:
    """Open every engine that the settings name."""
    settings.storage_dir.mkdir(parents=True, exist_ok=True)
    library = load_library(settings.storage_dir / "templates")
    draughtsman = LocalProvider(settings.processes)
    engines = Engines(
        store=open_store(settings.database),
        files=open_files(settings.files),
        queue=open_queue(settings.queue_url, settings.storage_dir),
        bus=open_bus(settings.bus_url),
        own=own_providers(settings, draughtsman),
        connect=partial(connect, allow_private=settings.allow_private_base_urls),
        catalogue=CATALOGUE,
        renderer=draughtsman,
        fetcher=GuardedFetcher(),
        vault=open_vault(settings),
        test_connection=partial(test_connection, allow_private=settings.allow_private_base_urls),
    )
    return House(engines, library, _rules(settings))


def own_providers(settings: Settings, draughtsman: LocalProvider) -> dict[str, tuple[Connection, Provider]]:
    """The operator's own, the default first: OpenAI once it has a key, else the local draughtsman."""
    patience = settings.request_timeout_ms / 1000
    local = (Connection("local", "local", concurrency=settings.concurrency, timeout=patience), draughtsman)
    if not settings.openai_api_key:
        return {"local": local}
    openai = Connection(
        "openai",
        "openai",
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        image_size=settings.openai_image_size,
        requests_per_minute=settings.openai_rate_limit_rpm or None,
        tokens_per_minute=settings.openai_rate_limit_tpm or None,
        images_per_minute=settings.openai_rate_limit_ipm or None,
        concurrency=settings.openai_concurrency,
        timeout=patience,
    )
    # What the operator sets is trusted: the address may lead inside.
    return {"openai": (openai, connect(openai, allow_private=True)), "local": local}


def build_web(house: House, settings: Settings) -> Web:
    """The web's faces of a house."""
    return create_web(
        house.service,
        house.accounts,
        house.gallery,
        house.tail,
        house.profiles,
        house.pictures,
        house.engines.store.replies,
        _web_settings(settings),
        circuits=house.circuits,
        ready=house.checks,
    )


def open_vault(settings: Settings) -> Vault:
    """What seals the providers' keys. A key that was kept before SECRETS_KEY was set still opens."""
    path = settings.storage_dir / "secrets" / "vault"
    kept = [kept_secret(path)] if not settings.secrets_keys or path.exists() else []
    return Vault([*settings.secrets_keys, *kept])


def test_connection(connection: Connection, *, allow_private: bool) -> str:
    """The cheapest check of a connection's provider."""
    if connection.provider in FREE:
        return "The local draughtsman is ready."
    return check_connection(connection, allow_private=allow_private)


def load_library(folder: Path) -> Library:
    """The built-in templates, extended by each TOML file of the folder in alphabetical order."""
    library = Library.built_in()
    for file in sorted(folder.glob("*.toml")):
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{file.name}: cannot be read; save it as UTF-8 text.") from error
        library = library.extended(text, file.name)
    return library


def _rules(settings: Settings) -> Rules:
    return Rules(
        limits=Limits(settings.batch_concurrency, settings.max_batch_concurrency, settings.max_open_jobs),
        retention=Retention(settings.cache_max_age or None, settings.cache_max_bytes or None),
        retry=RetryPolicy(settings.retry_attempts, settings.retry_base_ms / 1000, settings.retry_cap_ms / 1000),
        pace=Pace(drain=settings.drain_seconds),
        retry_unknown=settings.spend_retry_unknown,
        provider_timeout=settings.request_timeout_ms / 1000,
        allow_private=settings.allow_private_base_urls,
        intake=Intake(settings.max_image_size),
        events_max_age=settings.events_max_age,
    )


def _web_settings(settings: Settings) -> WebSettings:
    return WebSettings(
        tokens=TokenSettings(
            secret=settings.jwt_secret_key or kept_secret(settings.storage_dir / "secrets" / "jwt"),
            access_seconds=settings.jwt_access_seconds,
            refresh_seconds=settings.jwt_refresh_seconds,
            jwks_url=settings.jwt_jwks_url or None,
            public_key=settings.jwt_public_key or None,
            issuer=settings.jwt_issuer or None,
            audience=settings.jwt_audience or None,
        ),
        limits=LimitSettings(settings.ratelimit_enabled, settings.ratelimit_storage_url, settings.rates),
        public_url=settings.public_url,
        image_url_ttl=settings.image_url_ttl,
        max_body=settings.max_request_bytes,
        max_wait=settings.request_timeout_ms / 1000 + 10,  # who waits longest hears of a provider's time-out
        max_listeners=settings.max_listeners,
        metrics_token=settings.metrics_token or None,
        environment=settings.environment,
    )


def create_app() -> Flask:
    """The WSGI application of a house that does not work: workers run beside it."""
    settings = load_settings()
    logs.configure(settings.log_level, settings.log_format)
    house = build_house(settings)
    house.start(work=False)
    return build_web(house, settings).app


def _command_line(settings: Settings) -> click.Group:
    opening = Opening(
        house=lambda: build_house(settings),
        web=lambda house: build_web(house, settings),
        log=lambda: logs.configure(settings.log_level, settings.log_format),
        address=Address(settings.host, settings.port, settings.web_threads, settings.drain_seconds + 5),
        storage=settings.storage_dir,
        admin_password=settings.admin_password or None,
    )
    return command_line(opening, create_app)


def main() -> None:
    """The command line; a wrong setting ends it with a sentence."""
    try:
        settings = load_settings()
        logs.configure("WARNING", settings.log_format)  # commands that end by themselves talk to a person
        _command_line(settings)()
    except SettingsError as error:
        sys.exit(f"Wrong setting: {error.message}")


if __name__ == "__main__":
    main()
