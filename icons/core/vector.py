"""Foreign SVG made safe: rewritten element by element from what is allowed, everything else left out."""

import re
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from icons.domain.errors import ProviderFailed

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ELEMENTS: Final = 20_000
MAX_DEPTH: Final = 64

_SVG: Final = "http://www.w3.org/2000/svg"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No script, style, image, foreignObject, animation or anchor; no use and symbol, which can multiply without end.
_ELEMENTS: Final = _words(
    "svg g defs title desc path rect circle ellipse line polyline polygon text tspan linearGradient radialGradient "
    "stop clipPath mask filter feBlend feColorMatrix feComponentTransfer feComposite feDropShadow feFlood feFuncA "
    "feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset"
)
_TEXTS: Final = frozenset(("text", "tspan", "title", "desc"))
_PROPERTIES: Final = _words(
    "clip-path clip-rule color color-interpolation-filters display dominant-baseline fill fill-opacity fill-rule "
    "filter flood-color flood-opacity font-family font-size font-style font-weight letter-spacing mask mix-blend-mode "
    "opacity paint-order stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap "
    "stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor vector-effect visibility"
)
_ATTRIBUTES: Final = _PROPERTIES | _words(
    "amplitude clipPathUnits cx cy d dx dy exponent filterUnits fx fy gradientTransform gradientUnits height id in in2 "
    "intercept k1 k2 k3 k4 maskContentUnits maskUnits mode offset operator points preserveAspectRatio primitiveUnits r "
    "radius result rotate rx ry slope spreadMethod stdDeviation tableValues textLength transform type values viewBox "
    "width x x1 x2 y y1 y2"
)
_FUNCTIONS: Final = _words("url rgb rgba hsl hsla matrix translate rotate scale skewx skewy")  # before a parenthesis
_LOCAL_URL: Final = re.compile(r"""url\(\s*["']?#[\w.:-]+["']?\s*\)""", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*")


def sanitised(data: bytes, width: int, height: int) -> bytes:
    """The drawing in ``width`` x ``height`` px, without anything that runs, loads or refers to the outside.

    Raises ProviderFailed for what is no SVG, has a document type or entities, or is beyond the bounds.
    """
    if len(data) > MAX_BYTES:
        raise ProviderFailed(f"The SVG has more than {MAX_BYTES:,} bytes.")
    rewriter = _Rewriter(width, height)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = rewriter.start
    parser.EndElementHandler = rewriter.end
    parser.CharacterDataHandler = rewriter.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        raise ProviderFailed("The SVG cannot be read.") from None
    return "".join(rewriter.out).encode()


def _refuse_doctype(*declaration: object) -> None:
    raise ProviderFailed("The SVG declares a document type, which may hold entities.")


class _Rewriter:
    """Handlers of one parse; ``out`` is the rewritten document."""

    def __init__(self, width: int, height: int) -> None:
        self.out: list[str] = []
        self._size = width, height
        self._open: list[str] = []  # written elements that are not closed yet
        self._skipping = 0  # depth within an element that is left out
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._open) + self._skipping > MAX_DEPTH:
            raise ProviderFailed("The SVG is too large or too deep.")
        if not self._open and (tag != "svg" or namespace != _SVG) and not self._skipping:
            raise ProviderFailed("The answer is not an SVG.")
        if self._skipping or namespace != _SVG or tag not in _ELEMENTS:
            self._skipping += 1
            return
        kept = _kept(attributes)
        if not self._open:
            kept = _root(kept, *self._size)
        self._open.append(tag)
        self.out.append(f"<{tag}{''.join(f' {key}={quoteattr(value)}' for key, value in kept.items())}>")

    def end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
        else:
            self.out.append(f"</{self._open.pop()}>")

    def text(self, data: str) -> None:
        if not self._skipping and self._open and self._open[-1] in _TEXTS:
            self.out.append(escape(data))


def _kept(attributes: dict[str, str]) -> dict[str, str]:
    """Allowed attributes; the declarations of a style attribute become attributes."""
    kept = {name: value for name, value in attributes.items() if name in _ATTRIBUTES and _is_safe(value)}
    for declaration in attributes.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in _PROPERTIES and _is_safe(value):
            kept[name.strip()] = value.replace("!important", "").strip()
    return kept


def _is_safe(value: str) -> bool:
    functions = {name.lower() for name in re.findall(r"([\w-]*)\s*\(", value)}
    return functions <= _FUNCTIONS and len(_LOCAL_URL.findall(value)) == value.lower().count("url")


def _root(attributes: dict[str, str], width: int, height: int) -> dict[str, str]:
    """The root's attributes with the asked size, and the old one as its coordinate system unless it has one."""
    if "viewBox" not in attributes:
        sides = [_NUMBER.fullmatch(attributes.get(side, "")) for side in ("width", "height")]
        if not all(sides):
            raise ProviderFailed("The SVG says nothing about its size.")
        attributes["viewBox"] = " ".join(["0 0", *(side[1] for side in sides if side)])
    return {"xmlns": _SVG, **attributes, "width": str(width), "height": str(height)}
