"""What a provider is asked for one order: model, size, quality, format, and how many pictures per call."""

from dataclasses import dataclass

from icons.domain.errors import RequestRefused
from icons.domain.images import Format
from icons.domain.models import Catalogue, Model, Resolved, Size, Transparency
from icons.domain.prompts.brief import Background
from icons.domain.requests import Order


@dataclass(frozen=True, slots=True)
class Plan:
    """An order in the model's own terms. Empty and None mean: leave it to the model."""

    model: Model
    requested: str  # the model's name as asked for
    size: Size | None
    ratio: str
    resolution: str
    quality: str
    format: str
    wants_transparency: bool
    counts: tuple[int, ...]  # pictures of each call
    notes: tuple[str, ...]  # what was translated, for the answer's metadata

    @property
    def asks_transparency(self) -> bool:
        """Whether the model itself is asked to leave the background out."""
        return self.wants_transparency and self.model.transparent is not Transparency.NO


def plan(catalogue: Catalogue, provider: str, order: Order, default_model: str = "", drawn_size: str = "") -> Plan:
    """RequestRefused, before anything is sent, for what the model cannot do.

    ``drawn_size``, such as 1024x1024, is asked of the model whatever size is wanted.
    """
    asked = order.model or default_model
    resolved = catalogue.resolve(provider, asked)
    model = resolved.model
    _check(provider, resolved, order)
    quality, notes = catalogue.quality(model, order.quality)
    width, height = map(int, drawn_size.split("x")) if drawn_size else (order.width, order.height)
    wanted = Size(width, height)
    most = 1 if order.format is Format.SVG else model.max_n
    return Plan(
        model=model,
        requested=asked,
        size=model.size_for(wanted),
        ratio=model.ratio_for(wanted),
        resolution=model.resolution_for(wanted),
        quality=quality,
        format=(order.format if order.format in model.formats else Format.PNG) if model.formats else "",
        wants_transparency=order.prompt.brief.background in (Background.TRANSPARENT, Background.TILE),
        counts=_shared_out(order.count, most),
        notes=(*resolved.notes, *notes),
    )


def _check(provider: str, resolved: Resolved, order: Order) -> None:
    model = resolved.model
    if not model.name:
        raise _impossible(f"Name a model: {provider} has none that everybody can use.")
    if order.format is Format.SVG and not model.svg:
        raise _impossible(f"{model.name} draws no SVG; ask for png or webp, or for the provider local.")
    if len(order.references) > model.edits:
        what = {0: "no pictures", 1: "one picture"}.get(model.edits, f"at most {model.edits} pictures")
        raise _impossible(f"{model.name} works from {what}; {len(order.references)} were given.")
    if order.mask and not (model.masks and order.references):
        raise _impossible(f"{model.name} takes no mask here; a mask needs a picture and a model that knows masks.")


def _impossible(message: str) -> RequestRefused:
    return RequestRefused(message, code="PROVIDER_BAD_REQUEST", outcome="unsent")


def _shared_out(count: int, most: int) -> tuple[int, ...]:
    """``count`` in parts of at most ``most``: 10 in threes is 3, 3, 3, 1."""
    return tuple(min(most, count - start) for start in range(0, count, most))
