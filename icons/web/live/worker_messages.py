"""The workers' protocol on `/ws`: what they send, checked, and what they are told."""

import base64
import binascii
import json
import re
import time
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from icons.core.outbound import MAX_URL
from icons.core.outside.seat import Delivery
from icons.domain.errors import InvalidRequest, StudioError
from icons.domain.jobs import Job
from icons.domain.pictures import MAX_PICTURES, ImageRequest
from icons.domain.workers import MAX_CAPABILITIES, MAX_CAPACITY
from icons.web import errors
from icons.web.body import parse_object
from icons.web.schemas.fields import Credential, Line
from icons.web.wire import Json, iso

_MAX_FACTS: Final = 20  # of a worker's metadata
_MAX_FACT: Final = 500  # characters of each
_REQUEST_ID: Final = re.compile(r'"requestId"\s*:\s*"([^"\\]{1,100})"')


def _bounded(value: Any, length: int) -> Any:
    """Text to be shown to people: one line, cut short where it is long."""
    return "".join(char if char.isprintable() else " " for char in value)[:length] if isinstance(value, str) else value


Remark = Annotated[str, BeforeValidator(lambda value: _bounded(value, _MAX_FACT))]
Word = Annotated[Line, Field(min_length=1, max_length=100)]
RequestId = Annotated[Line, Field(max_length=100)]


class Part(BaseModel):
    """Something a worker sends. Extensions say more than we know: what is unknown is passed over."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, alias_generator=to_camel)


class Introduction(Part):
    """What a worker says of itself."""

    version: Annotated[Line, Field(max_length=64)] = ""
    capabilities: list[Word] = Field(default=[], max_length=MAX_CAPABILITIES)
    capacity: int = Field(default=1, ge=1, le=MAX_CAPACITY)
    acknowledge: bool = False  # it wants to be told which of its pictures have arrived
    token: Credential | None = Field(default=None, repr=False)


class Authenticate(Part):
    """The first message."""

    type: Literal["authenticate"]
    extension_id: Annotated[Line, Field(min_length=1, max_length=255)]
    metadata: Introduction = Introduction()


class Standing(Part):
    """How a worker is."""

    available: bool = True


class Heartbeat(Part):
    """The worker lives."""

    type: Literal["heartbeat"]
    status: Standing = Standing()


class Progress(Part):
    """How far a request is."""

    type: Literal["image_generation_progress"]
    request_id: RequestId
    progress: float = Field(ge=0, le=100, allow_inf_nan=False)
    status: Remark = ""


class Failure(Part):
    """A request will bring nothing."""

    type: Literal["image_generation_failed"]
    request_id: RequestId
    error: Remark
    reason: Remark = ""
    retryable: bool = False

    @property
    def text(self) -> str:
        """Both, for people."""
        return ": ".join(part for part in (self.error, self.reason) if part) or "The extension gave no reason."


class Place(Part):
    """Where a picture is: at an address, or here in base64 (also as a data URL)."""

    image_url: str | None = None
    image_data: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.image_url and self.image_url.startswith("data:"):  # as canvas.toDataURL gives it
            return self.model_copy(update={"image_url": None, "image_data": self.image_url})
        if self.image_url and len(self.image_url) > MAX_URL:
            raise ValueError(f"imageUrl has at most {MAX_URL} characters")
        return self


class Generated(Place):
    """A request's pictures: one, or several in ``images``. It ends the request, however many were asked for."""

    type: Literal["image_generated"]
    request_id: RequestId
    images: list[Place] = Field(default=[], max_length=MAX_PICTURES)
    metadata: dict[str, Any] = Field(default={})

    def delivery(self) -> Delivery:
        """The domain's value; InvalidRequest when it brings nothing, or not all in the same way."""
        places = self.images or [self]
        addresses = tuple(each.image_url for each in places if each.image_url)
        inline = [each.image_data for each in places if each.image_data]
        if len(addresses) + len(inline) != len(places) or (addresses and inline):
            raise InvalidRequest("Send imageUrl or imageData of each picture, and the same of all.")
        facts = _facts(self.metadata)
        return Delivery(tuple(_decoded(each) for each in inline), addresses, facts.pop("model", "")[:100], facts)


Incoming = Authenticate | Heartbeat | Progress | Failure | Generated
_INCOMING: Final[TypeAdapter[Incoming]] = TypeAdapter(Annotated[Incoming, Field(discriminator="type")])


def parsed(text: str) -> Incoming:
    """A worker's message. InvalidRequest says what is wrong, never what it was."""
    body = parse_object(text.encode(errors="surrogatepass"))
    try:
        return _INCOMING.validate_python(body)
    except ValidationError as error:
        errors.refuse(error)


def named_request(head: str) -> str | None:
    """Which request a message is about, by its beginning alone: there is no more of it."""
    found = _REQUEST_ID.search(head)
    return found[1] if found else None


def _facts(metadata: Mapping[str, Any]) -> dict[str, str]:
    """What a worker says about its pictures, as bounded text: nobody has checked it."""
    plain = {key: value for key, value in metadata.items() if isinstance(value, str | int | float)}
    return {
        str(_bounded(key, 64)): str(_bounded(str(value), _MAX_FACT)) for key, value in [*plain.items()][:_MAX_FACTS]
    }


def _decoded(data: str) -> bytes:
    head, mark, body = data.partition(",")
    try:
        return base64.b64decode(body if mark and head.startswith("data:") else data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("imageData is no base64.", {"imageData": "base64, or a data URL"}) from None


# What workers are told


def message(kind: str, **fields: Any) -> str:
    """One message as it is sent."""
    return json.dumps({"type": kind, **fields, "timestamp": iso(time.time())}, ensure_ascii=False)


def error_message(title: str, error: StudioError, request_id: str | None = None) -> str:
    """What was wrong; the connection goes on."""
    about = {"requestId": request_id} if request_id else {}
    return message("error", error=title, code=error.code, message=error.message, **about)


def generate_message(job: Job) -> str:
    """A request to be carried out."""
    request = ImageRequest.from_json(job.request)
    width, height = request.dimensions
    parameters: Json = {"width": width, "height": height, "numberOfImages": request.count}
    parameters |= {name: value for name in ("quality", "style") if (value := getattr(request, name))}
    return message(
        "generate_image",
        requestId=job.id,
        prompt=request.prompt,
        model=request.model,
        parameters=parameters,
        userId=job.user_id,
        correlationId=job.correlation_id,
    )


def received_message(request_id: str) -> str:
    """What the worker has made is in safe hands: it need not keep it any longer."""
    return message("image_received", requestId=request_id)


def cancel_message(job: Job) -> str:
    """A request that nobody wants any more, or that took too long."""
    return message("cancel_image", requestId=job.id, correlationId=job.correlation_id)
