"""Draw contact sheets of the local draughtsman's icons: ``python -m tools.contact_sheet`` writes those of the docs."""

import argparse
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from icons.adapters.providers.local.draughtsman import draw
from icons.adapters.providers.local.styles import STYLES
from icons.domain.images import Format
from icons.domain.prompts.brief import Background, Brief

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
BRAND = ("#4f46e5", "#06b6d4", "#f59e0b")
SCHEMES = {
    "brand": BRAND,
    "blue": ("#2563eb", "#38bdf8", "#a5e3ff"),
    "green": ("#15803d", "#65a30d", "#bbf7d0"),
    "purple": ("#7e22ce", "#a855f7", "#f0abfc"),
    "warm": ("#ea580c", "#e11d48", "#fbbf24"),
    "sunset": ("#db2777", "#f97316", "#fde68a"),
    "ocean": ("#075985", "#0d9488", "#7dd3fc"),
    "earth": ("#9a5b34", "#6b7f3f", "#e0b36a"),
    "vibrant": ("#f43f5e", "#fb923c", "#22d3ee"),
    "pastel": ("#f9a8d4", "#c4b5fd", "#fde68a"),
    "dark": ("#1f2937", "#7c3aed", "#22d3ee"),
    "monochrome": ("#334155", "#64748b", "#cbd5e1"),
}
_GAP, _CAPTION = 16, 20  # px round each icon, and for the line below it

Cell = tuple[str, Image.Image]  # caption and icon


def icon(
    category: str, style: str, scheme: str, size: int, elements: Sequence[str] = (), variation: int = 0
) -> Image.Image:
    """One icon in RGBA, as the service would draw it."""
    brief = Brief(
        subject=category,
        elements=tuple(elements),
        suggestions=(),
        drawing=style,
        palettes=(SCHEMES[scheme],),
        monochrome=scheme == "monochrome",
        background=Background.AUTO,
        variation=variation,
        seed=0,
    )
    with Image.open(BytesIO(draw(brief, size, Format.PNG).data)) as image:
        return image.convert("RGBA")


def sheet(cells: Iterable[Cell], columns: int, size: int) -> Image.Image:
    """The icons in rows on white, each over its caption."""
    cells = list(cells)
    rows = -(-len(cells) // columns)
    step = size + _GAP
    picture = Image.new("RGB", (columns * step + _GAP, rows * (step + _CAPTION) + _GAP), "#ffffff")
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(13)
    for index, (caption, image) in enumerate(cells):
        x, y = _GAP + index % columns * step, _GAP + index // columns * (step + _CAPTION)
        picture.paste(image, (x, y), image)
        pen.text((x + size / 2, y + size + 4), caption, fill="#475569", font=font, anchor="ma")
    return picture


def save(picture: Image.Image, path: Path) -> None:
    """As a PNG, with a line about its size: the documentation's are to stay below 400 KB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size // 1024} KB")


def docs_sheets() -> None:
    """The pictures the documentation shows."""
    wanted = ("pen", "stapler", "calculator")
    styles = [(style, icon("office supplies", style, "brand", 152, wanted)) for style in STYLES]
    schemes = [(scheme, icon("travel", "modern", scheme, 152)) for scheme in SCHEMES]
    save(sheet(styles, 5, 152), PICTURES / "styles.png")
    save(sheet(schemes, 6, 152), PICTURES / "color-schemes.png")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; without categories the documentation's sheets are drawn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("categories", nargs="*", help="draw these categories in all styles instead")
    parser.add_argument("--scheme", choices=SCHEMES, default="brand")
    parser.add_argument("--size", type=int, default=128, help="px of one icon")
    parser.add_argument("--out", type=Path, default=Path("contact-sheet.png"))
    chosen = parser.parse_args(arguments)
    if not chosen.categories:
        docs_sheets()
        return
    cells = [
        (f"{style}: {category}", icon(category, style, chosen.scheme, chosen.size, variation=at))
        for style in STYLES
        for at, category in enumerate(chosen.categories)
    ]
    save(sheet(cells, len(chosen.categories), chosen.size), chosen.out)


if __name__ == "__main__":
    main()
