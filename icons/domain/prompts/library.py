"""The prompt library: every style, colour scheme, category and template text, and the prompt they make of a request."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from icons.domain.errors import InvalidRequest
from icons.domain.prompts import checks
from icons.domain.prompts.brief import Background, Brief, Prompt
from icons.domain.prompts.composing import MAX_ELEMENT, MAX_SUBJECT, Template, clean, fill, objects_text, tagged
from icons.domain.prompts.entries import MAX_PALETTE, Category, Scheme, Style, hex_colour
from icons.domain.prompts.suggesting import suggest
from icons.domain.prompts.template_file import TemplateFile
from icons.domain.prompts.vocabulary import E, Vocabulary

_BUILT_IN = ("template.toml", "styles.toml", "schemes.toml", "categories.toml")


@dataclass(frozen=True, slots=True)
class Library:
    """Immutable; `extended` makes another one. `prompt` is a pure function of the library and its arguments."""

    styles: Vocabulary[Style] = field(default_factory=Vocabulary)
    schemes: Vocabulary[Scheme] = field(default_factory=Vocabulary)
    categories: Vocabulary[Category] = field(default_factory=Vocabulary)
    template: Template = field(default_factory=Template)

    @staticmethod
    @cache
    def built_in() -> "Library":
        """The library that comes with the product, read once."""
        library = Library()
        for name in _BUILT_IN:
            library = library.extended(resources.files(__package__).joinpath(name).read_text("utf-8"), name)
        return library

    def extended(self, toml_text: str, source: str) -> "Library":
        """This library with what an operator's file adds or overrides.

        ``source`` names the file in errors. Raises SettingsError with the line and what to write there.
        """
        file = TemplateFile(toml_text, source)
        return Library(
            styles=file.added_to(self.styles, "styles", Style, checks.STYLE),
            schemes=file.added_to(self.schemes, "schemes", Scheme, checks.SCHEME),
            categories=file.added_to(self.categories, "categories", Category, checks.CATEGORY),
            template=file.template(self.template),
        )

    def style(self, name: str) -> Style:
        """The style of this name or alias. Raises InvalidRequest with the valid names."""
        return _known(self.styles, name, "style", "style")

    def scheme(self, name: str) -> Scheme:
        """The colour scheme of this name or alias. Raises InvalidRequest with the valid names."""
        return _known(self.schemes, name, "color_scheme", "colour scheme")

    def category(self, text: str) -> Category | None:
        """The category that ``text`` names exactly, but for case, spacing, accents and plural endings."""
        return self.categories.find(text)

    def suggest(self, query: str = "", limit: int = 10) -> list[Category]:
        """Up to ``limit`` categories for what somebody has typed so far, the likeliest first."""
        return suggest(self.categories, query, limit)

    def prompt(
        self,
        *,
        category: str,
        style: str = "modern",
        color_scheme: str = "brand_colors",
        brand_colors: Sequence[str] = (),
        elements: Sequence[str] = (),
        background: Background = Background.AUTO,
        variation: int = 0,
        seed: int = 0,
        size: int = 512,
    ) -> Prompt:
        """The two readings of one request; equal arguments give equal prompts.

        Brand colours count in a branded scheme only. ``size`` is px, square. Raises InvalidRequest naming the field.
        """
        drawn, coloured = self.style(style), self.scheme(color_scheme)
        subject = _subject(category)
        known = self.category(subject)
        brief = Brief(
            subject=subject,
            elements=tuple(filter(None, (clean(element, MAX_ELEMENT) for element in elements))),
            suggestions=known.suggestions if known else (),
            drawing=drawn.drawing,
            palettes=_palettes(coloured, brand_colors),
            monochrome=coloured.monochrome,
            background=background,
            variation=variation,
            seed=seed,
        )
        return Prompt(text=self._text(brief, drawn, coloured, size), brief=brief)

    def _text(self, brief: Brief, style: Style, scheme: Scheme, size: int) -> str:
        turn = brief.seed + brief.variation
        values = {
            "subject": tagged("subject", brief.subject),
            "objects": objects_text(self.template, brief.elements, brief.suggestions),
            "style": f"{style.title} – {style.wording}",
            "colors": f"{scheme.title} – {scheme.wording}",
            "palette": ", ".join(brief.palettes[turn % len(brief.palettes)]),
            "background": self.template.backgrounds[brief.background],
            "size": str(size),
            "variation": self.template.variations[turn % len(self.template.variations)],
        }
        return fill(self.template.text, values)


def _known(entries: Vocabulary[E], name: str, field_name: str, noun: str) -> E:
    entry = entries.find(name)
    if entry is not None:
        return entry
    close = entries.closest(name)
    hint = f" Did you mean {close[0].name!r}?" if close else ""
    valid = f"one of: {', '.join(entries.names)}"
    raise InvalidRequest(f"Unknown {noun}.{hint} Write {valid}.", {field_name: valid})


def _subject(category: str) -> str:
    subject = clean(category, MAX_SUBJECT)
    if not subject:
        raise InvalidRequest("Write what the icon stands for.", {"category": "at least one visible character"})
    return subject


def _palettes(scheme: Scheme, brand_colors: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The candidates to draw with: the brand's colours where the scheme takes them, the scheme's own elsewhere."""
    if not (scheme.branded and brand_colors):
        return scheme.palettes
    colours = tuple(colour for text in brand_colors if (colour := hex_colour(text)))
    if len(colours) != len(brand_colors) or len(colours) > MAX_PALETTE:
        expected = f'up to {MAX_PALETTE} colours written "#rrggbb"'
        raise InvalidRequest(f"Write brand_colors as {expected}.", {"brand_colors": expected})
    return (colours,)
