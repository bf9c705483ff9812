"""`python -m tools.dashboard_samples`: draws the dashboard's sample of every style."""

from pathlib import Path

from icons.adapters.providers.local.styles import STYLES
from tools.contact_sheet import icon

SAMPLES = Path(__file__).parents[1] / "icons" / "web" / "dashboard" / "static" / "samples"
SIZE = 192  # px
ELEMENTS = ("coffee", "croissant", "cookie")


def main() -> None:
    """Write one file per style."""
    SAMPLES.mkdir(exist_ok=True)
    for style in STYLES:
        icon("coffee shop", style, "brand", SIZE, ELEMENTS).save(SAMPLES / f"{style}.webp", quality=90, method=6)


if __name__ == "__main__":
    main()
