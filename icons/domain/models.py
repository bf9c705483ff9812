"""What models can do and what they cost, as values: choosing one, fitting an order to it, its price."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from math import ceil, sqrt
from typing import Final

from icons.domain.images import Format
from icons.domain.requests import Message, Order, Usage

_CHARACTERS_PER_TOKEN: Final = 4  # OpenAI's rule of thumb for English text
# Of the last models whose tokens OpenAI has published; what newer ones take is said in their answers only.
_ASSUMED_TOKENS: Final = {"low": 272, "medium": 1056, "high": 4160}
_ASSUMED_REPLY: Final = 500  # tokens: a few paragraphs, and some thinking; nobody knows it before
_STANDARD_AREA: Final = 1024 * 1024  # px, what `Model.tokens` is given for


class Transparency(StrEnum):
    """Whether a model can leave the background out by itself."""

    YES = "yes"
    PREVIEW = "preview"  # documented, and still refused for some accounts
    NO = "no"


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in px, written as the providers write it: 1024x1536."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    @property
    def ratio(self) -> float:
        """Width by height."""
        return self.width / self.height

    def covers(self, other: "Size") -> bool:
        """Whether the other fits into this one."""
        return self.width >= other.width and self.height >= other.height


@dataclass(frozen=True, slots=True)
class FreeSize:
    """Any size under these rules."""

    multiple: int  # both sides are divisible by it
    max_ratio: float  # long side by short side
    max_edge: int  # px
    min_area: int  # px
    max_area: int  # px

    def fit(self, asked: Size) -> Size | None:
        """The smallest allowed size of about these proportions that covers what was asked; None if there is none."""
        if max(asked.ratio, 1 / asked.ratio) > self.max_ratio:
            return None
        factor = max(1.0, sqrt(self.min_area / asked.area))
        width, height = (ceil(side * factor / self.multiple) * self.multiple for side in (asked.width, asked.height))
        fitted = Size(width, height)
        return fitted if max(width, height) <= self.max_edge and fitted.area <= self.max_area else None


@dataclass(frozen=True, slots=True)
class Prices:
    """Micro-USD per token (the same as USD per million tokens) and per picture; None = unknown or not charged."""

    text: Decimal | None = None  # per token in
    image: Decimal | None = None  # per token in
    output: Decimal | None = None  # per token out
    picture: Decimal | None = None  # per picture delivered, in place of tokens


@dataclass(frozen=True, slots=True)
class Model:
    """One image model. The defaults are what is safe to ask of a model that nobody knows."""

    name: str
    provider: str
    title: str = ""
    sizes: tuple[Size, ...] = ()  # empty: the size is not sent
    free_size: FreeSize | None = None  # beside `sizes`
    ratios: tuple[str, ...] = ()  # "16:9": for models that are asked for proportions, not pixels
    resolutions: tuple[str, ...] = ()  # "1k", "2k": likewise; the number is the longer side in 1024 px
    qualities: tuple[str, ...] = ()  # least first; empty: the quality is not sent
    formats: tuple[str, ...] = ()  # what can be asked for; empty: the format is not sent
    transparent: Transparency = Transparency.NO
    max_n: int = 1  # pictures per call
    edits: int = 1  # most reference pictures; 0 = it cannot work from pictures
    masks: bool = False
    streams: bool = False  # sends unfinished pictures
    end_user: bool = False  # may be told, in a way that names nobody, for whom it draws
    tokens: Mapping[str, int] = field(default_factory=dict)  # out, per quality, for 1024x1024
    prices: Prices | None = None  # None = unknown
    retires_on: str = ""  # ISO date
    successor: str = ""  # set once the model is gone
    aliases: tuple[str, ...] = ()

    @property
    def svg(self) -> bool:
        """Whether it draws SVG."""
        return Format.SVG in self.formats

    def size_for(self, asked: Size) -> Size | None:
        """The nearest size not smaller than what was asked, or the largest there is; None: don't send one."""
        same_shape = [size for size in self.sizes if size.covers(asked) and size.ratio == asked.ratio]
        if same_shape:
            return min(same_shape, key=lambda size: size.area)
        if self.free_size and (fitted := self.free_size.fit(asked)):
            return fitted
        return min(
            self.sizes,
            key=lambda size: (abs(size.ratio - asked.ratio), not size.covers(asked), size.area),
            default=None,
        )

    def ratio_for(self, asked: Size) -> str:
        """The closest of the model's proportions; empty when it has none."""
        return min(self.ratios, key=lambda ratio: abs(_ratio(ratio) - asked.ratio), default="")

    def resolution_for(self, asked: Size) -> str:
        """The least resolution that is not smaller than what was asked, or the highest; empty when it has none."""
        edge = max(asked.width, asked.height)
        enough = [each for each in self.resolutions if int(each[:-1]) * 1024 >= edge]
        return (enough or self.resolutions[-1:] or ("",))[0]


def _ratio(text: str) -> float:
    width, _, height = text.partition(":")
    return float(width) / float(height)


@dataclass(frozen=True, slots=True)
class ChatModel:
    """One model that talks."""

    name: str
    provider: str
    prices: Prices | None = None  # None = unknown


@dataclass(frozen=True, slots=True)
class Resolved:
    """Which model runs for a name that was asked for."""

    model: Model
    known: bool  # False: passed through, with the safest parameters
    requested: str  # as asked for; "" = none was named
    notes: tuple[str, ...] = ()  # sentences for the answer's metadata


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All models that the house knows, and how it reads the quality words of retired ones."""

    models: tuple[Model, ...]
    defaults: Mapping[str, str]  # provider -> the model that draws when none is named
    chat: Mapping[str, str]  # provider -> the model that talks when none is named
    qualities: Mapping[str, str]  # "hd" -> "high"
    chat_models: tuple[ChatModel, ...] = ()

    def of(self, provider: str) -> tuple[Model, ...]:
        """A provider's models that can be asked for today."""
        return tuple(model for model in self.models if model.provider == provider and not model.successor)

    def resolve(self, provider: str, asked: str) -> Resolved:
        """The model for a name, an alias or nothing; never fails: what is not known is passed through."""
        name = asked.strip() or self.defaults.get(provider, "")
        found = self._find(provider, name)
        if found is None:
            note = f"The catalogue does not know the model {name}; it is asked with nothing but the prompt."
            return Resolved(Model(name, provider), False, asked, (note,))
        if not found.successor:
            return Resolved(found, True, asked)
        note = f"{found.name} was retired on {found.retires_on}; {found.successor} runs in its place."
        return Resolved(self.resolve(provider, found.successor).model, True, asked, (note,))

    def named(self, name: str) -> Model | None:
        """The model of any provider that has this name or alias."""
        return next((found for provider in self.defaults if (found := self._find(provider, name))), None)

    def chat_model(self, provider: str, asked: str = "") -> ChatModel:
        """The one that talks for a name or nothing; never fails: what is not known has no prices."""
        name = asked or self.chat.get(provider, "")
        known = {(each.provider, each.name): each for each in self.chat_models}
        return known.get((provider, name), ChatModel(name, provider))

    def quality(self, model: Model, asked: str) -> tuple[str, tuple[str, ...]]:
        """The model's word for a quality, and what was translated; empty = the model's own default."""
        if not asked or asked == "auto":
            return "", ()
        if asked in model.qualities:
            return asked, ()
        word = self.qualities.get(asked, asked)
        if word in model.qualities:
            return word, (f"The quality {asked} is called {word} here.",)
        return "", (f"{model.name} has no quality {asked}; it chooses by itself.",)

    def estimate(self, model: Model, order: Order) -> "Estimate":
        """What an order may cost, its quality read in the model's own words."""
        return price(model, replace(order, quality=self.quality(model, order.quality)[0]))

    def _find(self, provider: str, name: str) -> Model | None:
        wanted = _key(name)
        for model in self.models:
            if model.provider == provider and wanted in map(_key, (model.name, *model.aliases)):
                return model
        return None


def _key(name: str) -> str:
    """Names are compared without case and punctuation: DALL-E 3, dall-e-3 and dalle3 are one."""
    return re.sub(r"[^a-z0-9/]", "", name.casefold())


@dataclass(frozen=True, slots=True)
class Estimate:
    """What an order may cost, in micro-USD, and how many tokens it may take; None = nobody knows."""

    low: int | None
    high: int | None
    tokens: int  # in and out, at most; 0 output tokens where the model's appetite is unknown


def price(model: Model, order: Order) -> Estimate:
    """What an order may cost. Reference pictures are not in it: their tokens are known afterwards only."""
    text = tokens_in(order.prompt.text) * order.count
    size = model.size_for(Size(order.width, order.height)) or Size(1024, 1024)
    appetite = model.tokens or (_ASSUMED_TOKENS if model.prices and model.prices.output else {})
    given = appetite.get(order.quality)
    each = (given,) if given is not None else tuple(appetite.values())
    outputs = [ceil(tokens * size.area / _STANDARD_AREA) * order.count for tokens in each]
    least, most = (min(outputs), max(outputs)) if outputs else (None, None)
    return Estimate(_total(model, text, least, order.count), _total(model, text, most, order.count), text + (most or 0))


def price_reply(model: ChatModel, messages: Sequence[Message]) -> Estimate:
    """What the next turn of a conversation may cost, its reply being of usual length."""
    text = sum(tokens_in(each.text) for each in messages)
    usual = cost(model, Usage(text_tokens=text, output_tokens=_ASSUMED_REPLY))
    return Estimate(usual, usual, text + _ASSUMED_REPLY)


def tokens_in(text: str) -> int:
    """About how many tokens a text has."""
    return ceil(len(text) / _CHARACTERS_PER_TOKEN)


def _total(model: Model, text: int, output: int | None, pictures: int) -> int | None:
    if model.prices and model.prices.picture is not None:
        return cost(model, Usage(images=pictures))
    return None if output is None else cost(model, Usage(text_tokens=text, output_tokens=output, images=pictures))


def cost(model: Model | ChatModel, usage: Usage) -> int | None:
    """What a call cost in micro-USD, rounded up; None when a price that it takes is unknown."""
    prices = model.prices
    if prices is None:
        return None
    if prices.picture is not None:
        return _micro(prices.picture * usage.images)
    total = Decimal(0)
    for tokens, each in (
        (usage.text_tokens, prices.text),
        (usage.image_tokens, prices.image),
        (usage.output_tokens, prices.output),
    ):
        if tokens and each is None:
            return None
        total += tokens * (each or 0)
    return _micro(total)


def _micro(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))
