"""Settings: one row per setting, read from the environment and `.env` and from nowhere else."""

import math
import os
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from icons.domain.errors import InvalidRequest, SettingsError
from icons.domain.rates import Policy, checked_rate
from icons.servers.serving import Runtime, Serving

_UNITS: Final = {"": 1, "S": 1, "M": 60, "H": 3600, "D": 86400, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}

_ORIGIN: Final = re.compile(r"\*|https?://[a-z0-9.\-\[\]:]+|(chrome|moz)-extension://(\*|[a-z0-9-]+)", re.ASCII)


def _quantity(value: Any) -> Any:
    """``30d``, ``12h``, ``500MB``, ``2GB`` or a plain number of seconds or bytes."""
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]{0,2})\s*", value)
    if match is None or match[2].upper() not in _UNITS:
        raise ValueError("write a number, or one with a unit such as 30d, 12h, 500MB or 2GB")
    return int(float(match[1]) * _UNITS[match[2].upper()])


Quantity = Annotated[int, BeforeValidator(_quantity)]


def _rate(value: str) -> str:
    try:
        return checked_rate(value)
    except InvalidRequest as error:
        raise ValueError(error.message) from None


Rate = Annotated[str, AfterValidator(_rate)]


class Settings(BaseSettings):
    """Everything an operator can set. Defaults are the embedded house: one machine, no server to install, no key."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, frozen=True
    )

    # Where it listens
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(3560, ge=1, le=65535, description="Port for HTTP and Socket.IO.")
    public_url: str = Field(
        "", description="Prefix of image addresses in answers, such as https://icons.example.com; empty = relative."
    )
    trusted_proxies: str = Field(
        "", description="Proxies in front: how many, such as 1, or their addresses, such as 127.0.0.1,10.0.0.0/8."
    )
    environment: str = Field("production", max_length=40, description="Name of this installation, shown by /health.")

    # Where it keeps things
    storage_dir: Path = Field(Path("storage"), description="Folder of database, files, templates, generated secrets.")
    database_url: str = Field(
        "", description="The store: postgresql://user:password@host/database; empty = sqlite:///STORAGE_DIR/icons.db."
    )
    storage_url: str = Field(
        "", description="The image files; empty = file:///STORAGE_DIR/files; s3://bucket/prefix?endpoint=...&region=..."
    )
    image_storage_path: Path | None = Field(None, description="Folder of the image files, in place of STORAGE_URL.")
    queue_url: str = Field(
        "embedded:", description="What wakes workers; embedded: = within this process; postgresql://... = a fleet."
    )
    bus_url: str = Field(
        "memory:", description="What wakes live listeners; memory: = within this process; redis://... = a fleet."
    )

    # Who may come in
    jwt_secret_key: str = Field("", description="Key of tokens and signed addresses, 32 bytes or more; empty = kept.")
    jwt_access_seconds: Quantity = Field(3600, ge=60, description="Life of an access token.")
    jwt_refresh_seconds: Quantity = Field(30 * 86400, ge=60, description="Life of a refresh token.")
    jwt_jwks_url: str = Field("", description="Keys of an outside issuer (RS256, ES256).")
    jwt_public_key: str = Field("", description="PEM key of an outside issuer, in place of JWT_JWKS_URL.")
    jwt_issuer: str = Field("", description="What tokens must carry as iss; demanded with an outside issuer.")
    jwt_audience: str = Field("", description="What tokens must carry as aud; demanded with an outside issuer.")
    secrets_key: str = Field(
        "", description="Seals providers' keys, 32 bytes or more; several by commas: the first seals; empty = kept."
    )
    allow_private_base_urls: bool = Field(
        False, description="true = profiles may name addresses of inner networks, and http."
    )
    allow_private_webhooks: bool = Field(
        False, description="true = webhooks may go to addresses of inner networks, and http."
    )
    admin_password: str = Field("", description="Password of the first account, admin; empty = generated, shown once.")
    image_url_ttl: Quantity = Field(3600, ge=60, description="Seconds that a signed image address works.")
    image_urls: Literal["service", "direct"] = Field(
        "service", description="direct = a signed image address leads on to S3, which shows all but SVG by itself."
    )
    metrics_token: str = Field("", description="Bearer token of /metrics; empty = loopback only.")
    metrics_host: str = Field("127.0.0.1", description="Where workers tell their figures; 0.0.0.0 for every interface.")
    metrics_port: int = Field(
        0, ge=0, le=65000, description="Port of a worker's figures; of several processes the first's. 0 = none."
    )
    cors_origins: str = Field(
        "", description="Pages of other origins that may call, by commas, such as https://app.example.com; * = all."
    )

    # Who draws beside the local draughtsman, and what that may cost
    openai_api_key: str = Field("", description="With it OpenAI draws by default; empty = the local draughtsman does.")
    openai_base_url: str = Field("", description="Another address of the same API; may lead to an inner network.")
    openai_model: str = Field("", description="Model for requests that name none; empty = the catalogue's default.")
    openai_image_size: str = Field(
        "", pattern=r"^(\d{2,4}x\d{2,4})?$", description="Size the model draws, such as 1024x1024; empty = the nearest."
    )
    openai_rate_limit_rpm: int = Field(50, ge=0, description="Requests per minute; 0 = without a limit.")
    openai_rate_limit_tpm: int = Field(40_000, ge=0, description="Tokens per minute; 0 = without a limit.")
    openai_rate_limit_ipm: int = Field(0, ge=0, description="Images per minute; 0 = without a limit.")
    openai_concurrency: int = Field(16, ge=1, le=1000, description="Calls to OpenAI at once.")
    spend_retry_unknown: int = Field(
        1, ge=0, le=20, description="Repeats of a call that may have been paid for, answer lost; 0 = hold the job."
    )

    # How it works
    draw_processes: int = Field(0, ge=0, le=256, description="Processes that draw; 0 = one per processor.")
    worker_concurrency: int = Field(
        0, ge=0, le=1000, description="Icons drawn locally at once; 0 = DRAW_PROCESSES + 2."
    )
    batch_concurrency: int = Field(5, ge=1, description="Jobs of one batch at once, unless the request says.")
    max_batch_concurrency: int = Field(64, ge=1, description="The most that a request may say.")
    request_timeout_ms: int = Field(300_000, ge=1000, description="Longest provider call, and longest Prefer: wait.")
    retry_attempts: int = Field(
        4, ge=1, le=20, description="Attempts per job at a provider's faults, the first included."
    )
    retry_base_ms: int = Field(500, ge=1, description="First pause between attempts; doubles, with full jitter.")
    retry_cap_ms: int = Field(60_000, ge=1, description="Longest pause between attempts.")
    drain_seconds: int = Field(10, ge=0, description="How long running jobs may go on once the service is stopped.")

    # How long it keeps things
    cache_max_age: Quantity = Field(0, ge=0, description="Forget answers unused for so long, such as 30d; 0 = never.")
    cache_max_bytes: Quantity = Field(
        0, ge=0, description="Forget the longest unused beyond this, such as 5GB; 0 = no."
    )
    events_max_age: Quantity = Field(7 * 86400, ge=60, description="Age at which events of ended jobs are dropped.")

    # What it lets in
    max_request_bytes: Quantity = Field(2 * 1024 * 1024, ge=1024, description="Largest request body.")
    max_image_size: Quantity = Field(10 * 1024 * 1024, ge=1024, description="Largest picture brought or fetched.")
    ws_path: str = Field(
        "/ws", pattern=r"^/[A-Za-z0-9._/-]{1,100}$", description="Where extensions connect as workers."
    )
    worker_silence_ms: int = Field(8000, ge=1000, description="A worker silent for longer is given up, its jobs too.")
    max_workers: int = Field(200, ge=1, description="Most workers connected; each takes one of WEB_THREADS.")
    max_workers_per_account: int = Field(50, ge=1, description="Most workers of one account, wherever they connect.")
    download_timeout_ms: int = Field(60_000, ge=1000, description="Longest fetching of a picture from an address.")
    web_runtime: Runtime = Field(
        "threads", description="gevent or eventlet = green threads; `python app.py worker` has to run beside them."
    )
    web_workers: int = Field(1, ge=1, le=64, description="Processes of the web server.")
    socket_transports: Literal["both", "websocket"] = Field(
        "both", description="What Socket.IO offers; always websocket where WEB_WORKERS is more than 1."
    )
    web_threads: int = Field(
        1000, ge=8, le=10_000, description="Most threads of a process of the web server; grown when needed."
    )
    max_listeners: int = Field(200, ge=1, description="Most Socket.IO connections; each takes one of WEB_THREADS.")

    # How often it may be asked
    ratelimit_enabled: bool = Field(True, description="false = no limit on requests at all.")
    ratelimit_storage_url: str = Field(
        "memory://", description="Where requests are counted; memory:// = by process; redis://... = together."
    )
    limit_icons: Rate = Field("600 per minute", description="Requests of an account that no other limit is for.")
    limit_files: Rate = Field("600 per minute", description="Images and thumbnails shown to one address.")
    limit_jobs: Rate = Field("100 per 15 minutes", description="Requests under /api/jobs.")
    limit_job_creation: Rate = Field("20 per hour", description="New jobs under /api/jobs.")
    limit_images: Rate = Field("20 per 2 minutes", description="Requests under /api/images but for the files.")
    limit_v1_images: Rate = Field("30 per minute", description="New images under /api/v1.")
    limit_v1_batch: Rate = Field("5 per minute", description="New batches under /api/v1.")
    limit_v1_chat: Rate = Field("10 per minute", description="Chat messages under /api/v1.")
    limit_login: Rate = Field("10 per 15 minutes", description="Logins of one user name from one address.")
    limit_login_address: Rate = Field("100 per 15 minutes", description="Logins of any user name from one address.")
    rate_limit_window_ms: int = Field(0, ge=0, description="With RATE_LIMIT_MAX_REQUESTS, in place of LIMIT_IMAGES.")
    rate_limit_max_requests: int = Field(0, ge=0, description="Requests in RATE_LIMIT_WINDOW_MS; 0 = LIMIT_IMAGES.")
    max_open_jobs: int = Field(5000, ge=1, description="Most unfinished jobs of one account.")

    # What it tells
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto = text on a terminal, else JSON.")

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.jwt_secret_key and len(self.jwt_secret_key.encode()) < 32:
            raise ValueError("JWT_SECRET_KEY: write at least 32 bytes, for example the output of: openssl rand -hex 32")
        if any(len(key.encode()) < 32 for key in self.secrets_keys):
            raise ValueError("SECRETS_KEY: write at least 32 bytes a key, such as the output of: openssl rand -hex 32")
        outside = self.jwt_jwks_url or self.jwt_public_key
        if outside and not (self.jwt_issuer and self.jwt_audience):
            raise ValueError("JWT_ISSUER and JWT_AUDIENCE: write both, so that only tokens meant for here are accepted")
        if wrong := [each for each in self.origins if not _ORIGIN.fullmatch(each)]:
            raise ValueError(
                f"CORS_ORIGINS: {wrong[0]} is no origin; write https://app.example.com, chrome-extension://<id>, "
                "moz-extension://* or *"
            )
        return self

    @property
    def rates(self) -> dict[str, str]:
        """Policy -> rate."""
        rates: dict[str, str] = {policy: getattr(self, f"limit_{policy}") for policy in Policy}
        if self.rate_limit_window_ms or self.rate_limit_max_requests:
            window = math.ceil((self.rate_limit_window_ms or 60_000) / 1000)
            rates[Policy.IMAGES] = f"{self.rate_limit_max_requests or 10} per {window} seconds"
        return rates

    @property
    def origins(self) -> tuple[str, ...]:
        """Pages of other origins that may call, as browsers write them."""
        named = (origin.strip().rstrip("/").lower() for origin in self.cors_origins.split(","))
        return tuple(origin for origin in named if origin)

    @property
    def base_url(self) -> str:
        """Prefix of addresses that are used far from here, such as those in webhooks."""
        return self.public_url.rstrip("/") or self.serving.url

    @property
    def serving(self) -> Serving:
        """Where and how it listens."""
        patience = self.drain_seconds + 5
        return Serving(self.host, self.port, self.web_threads, patience, self.web_runtime, self.web_workers)

    @property
    def transports(self) -> tuple[str, ...]:
        """What Socket.IO offers: polls of one client would reach now this process, now that."""
        alone = self.socket_transports == "both" and self.web_workers == 1
        return ("polling", "websocket") if alone else ("websocket",)

    @property
    def database(self) -> str:
        """The store's URL."""
        return self.database_url or f"sqlite:///{self.storage_dir.absolute() / 'icons.db'}"

    @property
    def files(self) -> str:
        """The files' URL."""
        folder = self.image_storage_path or self.storage_dir / "files"
        return self.storage_url or folder.absolute().as_uri()

    @property
    def secrets_keys(self) -> list[str]:
        """The first seals, all open; empty when none is set."""
        return [key.strip() for key in self.secrets_key.split(",") if key.strip()]

    @property
    def processes(self) -> int:
        """Processes that draw."""
        return self.draw_processes or os.cpu_count() or 1

    @property
    def concurrency(self) -> int:
        """Jobs at once: a little more than can draw, so that drawing never waits for saving."""
        return self.worker_concurrency or self.processes + 2


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; SettingsError names the variable and says what to write."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in each['loc']).upper()}: {each['msg']}" if each["loc"] else each["msg"]
            for each in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError("; ".join(problem.replace("Value error, ", "") for problem in problems)) from None


def settings_table() -> list[tuple[str, str, str]]:
    """(name, default, what it is) of every setting, for the documentation."""
    rows = []
    for name, row in Settings.model_fields.items():
        default = "" if row.default in (None, "") else str(row.default)
        rows.append((name.upper(), default, row.description or ""))
    return rows
