"""`python -m tools.dashboard_samples`: draws the dashboard's sample of every style, and its showcase."""

import re
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from icons.adapters.providers.local.draughtsman import draw
from icons.adapters.providers.local.styles import STYLES
from icons.domain.images import Format
from icons.domain.prompts.library import Library
from tools.contact_sheet import icon

STATIC: Final = Path(__file__).parents[1] / "icons" / "web" / "dashboard" / "static"
SAMPLES, SHOWCASE = STATIC / "samples", STATIC / "showcase"
SIZE: Final = 192  # px
ELEMENTS: Final = ("coffee", "croissant", "cookie")
_REQUEST: Final = re.compile(r'\["([\w ]+)", "(\w+)", "(\w+)"\]')


def requests() -> list[tuple[str, str, str]]:
    """Category, style and colour scheme of each picture of the showcase, as its module lists them."""
    return _REQUEST.findall((STATIC / "core" / "showcase.js").read_text(encoding="utf-8"))


def file_of(category: str) -> Path:
    """Where the picture lies."""
    return SHOWCASE / f"{category.lower().replace(' ', '-')}.webp"


def main() -> None:
    """Write one file per style and one per request."""
    for folder in (SAMPLES, SHOWCASE):
        folder.mkdir(exist_ok=True)
    for style in STYLES:
        icon("coffee shop", style, "brand", SIZE, ELEMENTS).save(SAMPLES / f"{style}.webp", quality=90, method=6)
    library = Library.built_in()
    for category, style, scheme in requests():
        brief = library.prompt(category=category, style=style, color_scheme=scheme).brief
        with Image.open(BytesIO(draw(brief, SIZE, Format.PNG).data)) as picture:
            picture.save(file_of(category), quality=90, method=6)


if __name__ == "__main__":
    main()
