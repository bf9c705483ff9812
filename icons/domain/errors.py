"""Everything that can go wrong, in the product's own terms.

::

    StudioError                 500 INTERNAL_ERROR
    ├── SettingsError           stops the start: a setting is wrong
    ├── InvalidRequest          400 INVALID_REQUEST, `fields` names each field
    ├── Unauthenticated         401 UNAUTHORIZED
    ├── Forbidden               403 FORBIDDEN
    ├── NotFound                404 NOT_FOUND (JOB_NOT_FOUND, BATCH_NOT_FOUND, ...)
    ├── Conflict                409 CONFLICT
    ├── TooLarge                413 TOO_LARGE
    ├── RateLimited             429 RATE_LIMIT_EXCEEDED, `retry_after` seconds
    ├── Unavailable             503 NO_CAPACITY, `retry_after` seconds
    │   └── NoWorker            503 ERR_NO_EXTENSION
    ├── StaleLease              a worker settles what is no longer its own (never leaves the house)
    └── ProviderError
        ├── ProviderFailed      502 PROVIDER_FAILED, worth another try
        ├── ProviderTimeout     504 PROVIDER_TIMEOUT, worth another try
        │   └── WorkerTimeout   504 ERR_TIMEOUT
        ├── WorkerFailed        502 ERR_GENERATION_FAILED, worth another try where the worker says so
        ├── DownloadFailed      502 ERR_DOWNLOAD_FAILED, worth another try unless the address is to blame
        └── RequestRefused      502 PROVIDER_REFUSED, final: the same request fails again
"""

from collections.abc import Mapping
from typing import Literal

CallOutcome = Literal["unsent", "refused", "unknown"]
"""Of a failed call: it never left, it was turned down and costs nothing, or it may have been carried out and billed."""


class StudioError(Exception):
    """Root of the tree. ``message`` says what to do about it and is safe to show to a caller."""

    status = 500
    code = "INTERNAL_ERROR"
    title = "Internal error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.retry_after = retry_after
        self.metadata = dict(metadata or {})


class SettingsError(StudioError):
    """A setting or template file is wrong; the text says what to write instead."""

    title = "Wrong setting"


class InvalidRequest(StudioError):
    """The caller's input is wrong; ``fields`` maps each wrong field to what it should be."""

    status = 400
    code = "INVALID_REQUEST"
    title = "Invalid request"

    def __init__(self, message: str, fields: Mapping[str, str] | None = None, *, code: str | None = None) -> None:
        super().__init__(message, code=code, metadata={"fields": dict(fields)} if fields else None)
        self.fields = dict(fields or {})


class Unauthenticated(StudioError):
    """No credential, or one that does not count. The text never says which."""

    status = 401
    code = "UNAUTHORIZED"
    title = "Unauthorized"

    def __init__(self, message: str = "Send a valid access token or API key.") -> None:
        super().__init__(message)


class Forbidden(StudioError):
    """The caller is known and may not do this."""

    status = 403
    code = "FORBIDDEN"
    title = "Forbidden"


class NotFound(StudioError):
    """Unknown, or somebody else's: the two look the same."""

    status = 404
    code = "NOT_FOUND"
    title = "Not found"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"There is no {what} with this id in your account.", code=f"{what.upper().replace(' ', '_')}_NOT_FOUND"
        )


class Conflict(StudioError):
    """The request is fine, but not in the present state of things."""

    status = 409
    code = "CONFLICT"
    title = "Conflict"


class TooLarge(StudioError):
    """More bytes than the service accepts."""

    status = 413
    code = "TOO_LARGE"
    title = "Too large"


class RateLimited(StudioError):
    """Too many requests; ``retry_after`` seconds from now there is room again."""

    status = 429
    code = "RATE_LIMIT_EXCEEDED"
    title = "Too many requests"


class Unavailable(StudioError):
    """The house is full, starting or stopping."""

    status = 503
    code = "NO_CAPACITY"
    title = "Service unavailable"


class NoWorker(Unavailable):
    """The job is for a worker from outside, and none that could do it is connected."""

    code = "ERR_NO_EXTENSION"

    def __init__(
        self, message: str = "No extension that can do this is connected; connect one at the address of /ws."
    ) -> None:
        super().__init__(message, retry_after=30)


class StaleLease(StudioError):
    """A worker reports on a job that has been given to another, finished or cancelled."""


class ProviderError(StudioError):
    """A provider did not deliver. ``outcome`` says what is known about the call, and so about its price."""

    status = 502
    code = "PROVIDER_FAILED"
    title = "Provider failed"
    transient = True
    outcome: CallOutcome = "unknown"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        metadata: Mapping[str, object] | None = None,
        outcome: CallOutcome | None = None,
    ) -> None:
        super().__init__(message, code=code, retry_after=retry_after, metadata=metadata)
        self.outcome = outcome or self.outcome


class ProviderFailed(ProviderError):
    """Worth another try: a crash, a broken answer, a server error."""


class ProviderTimeout(ProviderError):
    """Worth another try: no answer in time."""

    status = 504
    code = "PROVIDER_TIMEOUT"
    title = "Provider timed out"


class WorkerTimeout(ProviderTimeout):
    """A worker from outside has held the job for too long."""

    code = "ERR_TIMEOUT"


class WorkerFailed(ProviderError):
    """A worker from outside did not deliver."""

    code = "ERR_GENERATION_FAILED"
    title = "Generation failed"


class DownloadFailed(ProviderError):
    """What a worker from outside has made could not be fetched from where it says it is."""

    code = "ERR_DOWNLOAD_FAILED"
    title = "Download failed"


class RequestRefused(ProviderError):
    """Final: the provider refuses this very request, so the same again would fail again."""

    code = "PROVIDER_REFUSED"
    title = "Provider refused"
    transient = False
    outcome = "refused"
