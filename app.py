"""The composition root: settings -> engines -> house -> faces, and the command line. Nothing else names an engine."""

import sys
from functools import partial
from pathlib import Path
from typing import Final

from flask import Flask

from config import Settings, load_settings
from icons.adapters.buses import open_bus
from icons.adapters.fetcher import GuardedFetcher
from icons.adapters.files import folder_of, open_files, open_signer
from icons.adapters.providers import CATALOGUE, connect
from icons.adapters.providers.checking import check_connection
from icons.adapters.providers.local import LocalProvider
from icons.adapters.queues import open_queue
from icons.adapters.store import database_file, open_store
from icons.adapters.tracing import open_tracer
from icons.core import logs, tracing
from icons.core.gallery import Retention
from icons.core.house import Engines, House, Rules
from icons.core.outside.dispatcher import Rounds
from icons.core.paying import FREE
from icons.core.pictures import Intake
from icons.core.ports import Provider, Signer
from icons.core.submitting import Limits
from icons.core.vault import Vault, kept_secret
from icons.core.worker import Pace
from icons.domain.access import Connection
from icons.domain.errors import SettingsError
from icons.domain.prompts.library import Library
from icons.domain.retry import RetryPolicy
from icons.servers.opened import Opened
from icons.terminal import command_line
from icons.terminal.opening import MetricsAddress, Opening, Places
from icons.web import Web, create_web
from icons.web.hook_bodies import HookBodies
from icons.web.settings import LimitSettings, TokenSettings, WebSettings
from icons.web.signing import ImageSigner

_ASYNC_MODES: Final = {"threads": "threading", "gevent": "gevent", "eventlet": "eventlet"}


def build_house(settings: Settings) -> House:
    """Open every engine that the settings name."""
    settings.storage_dir.mkdir(parents=True, exist_ok=True)
    library = load_library(settings.storage_dir / "templates")
    tracing.install(open_tracer())
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
        hook_fetcher=GuardedFetcher(
            allow_private=settings.allow_private_webhooks, allow_http=settings.allow_private_webhooks
        ),
        hook_body=_hook_bodies(settings),
        signer=open_signer(settings.files) if settings.image_urls == "direct" else None,
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
        house.chats,
        house.hooks,
        house.engines.store.replies,
        house.dispatcher,
        _web_settings(settings, house.engines.signer),
        circuits=house.circuits,
        ready=house.checks,
        figures=house.figures,
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
        intake=Intake(settings.max_image_size, settings.download_timeout_ms / 1000),
        rounds=Rounds(timeout=settings.request_timeout_ms / 1000),
        workers_per_account=settings.max_workers_per_account,
        events_max_age=settings.events_max_age,
    )


def _hook_bodies(settings: Settings) -> HookBodies:
    signer = ImageSigner(_token_secret(settings).encode(), settings.image_url_ttl, settings.base_url)
    return HookBodies(signer, settings.base_url)


def _token_secret(settings: Settings) -> str:
    return settings.jwt_secret_key or kept_secret(settings.storage_dir / "secrets" / "jwt")


def _web_settings(settings: Settings, signer: Signer | None) -> WebSettings:
    return WebSettings(
        tokens=TokenSettings(
            secret=_token_secret(settings),
            access_seconds=settings.jwt_access_seconds,
            refresh_seconds=settings.jwt_refresh_seconds,
            jwks_url=settings.jwt_jwks_url or None,
            public_key=settings.jwt_public_key or None,
            issuer=settings.jwt_issuer or None,
            audience=settings.jwt_audience or None,
        ),
        limits=LimitSettings(settings.ratelimit_enabled, settings.ratelimit_storage_url, settings.rates),
        async_mode=_ASYNC_MODES[settings.web_runtime],
        socket_transports=settings.transports,
        places=settings.web_threads * 3 // 4,
        trusted_proxies=settings.trusted_proxies,
        public_url=settings.public_url,
        cors_origins=settings.origins,
        ws_path=settings.ws_path,
        worker_silence=settings.worker_silence_ms / 1000,
        max_workers=settings.max_workers,
        image_url_ttl=settings.image_url_ttl,
        image_origin=signer.origin if signer else "",
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
    return Opened(house, build_web(house, settings)).application()


def build_opening(settings: Settings) -> Opening:
    """What commands need."""
    return Opening(
        house=lambda: build_house(settings),
        web=lambda house: build_web(house, settings),
        own=lambda: own_providers(settings, LocalProvider(settings.processes)),
        files=lambda folder: open_files(folder.absolute().as_uri()),
        log=lambda: logs.configure(settings.log_level, settings.log_format),
        serving=settings.serving,
        server=Path(__file__).with_name("gunicorn.conf.py"),
        metrics=MetricsAddress(settings.metrics_host, settings.metrics_port),
        places=Places(settings.storage_dir, database_file(settings.database), folder_of(settings.files)),
        limits_storage=settings.ratelimit_storage_url,
        drain=settings.drain_seconds,
        admin_password=settings.admin_password or None,
    )


def main() -> None:
    """The command line; a wrong setting ends it with a sentence."""
    try:
        settings = load_settings()
        logs.configure("WARNING", settings.log_format)  # commands that end by themselves talk to a person
        command_line(build_opening(settings), create_app)()
    except SettingsError as error:
        sys.exit(f"Wrong setting: {error.message}")


if __name__ == "__main__":
    main()
