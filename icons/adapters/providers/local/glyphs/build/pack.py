"""The pack file: glyphs to compressed columns, as `load_pack` reads them."""

import json
import lzma
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from icons.adapters.providers.local.glyphs import Glyph


def write_pack(glyphs: Iterable[Glyph], path: Path) -> None:
    """Write the glyphs in their order; the same glyphs give the same bytes."""
    rows = list(glyphs)
    columns: dict[str, list[Any]] = {
        field.name: [getattr(glyph, field.name) for glyph in rows] for field in fields(Glyph)
    }
    columns["hull"] = [[number for point in hull for number in point] for hull in columns["hull"]]
    text = json.dumps(columns, separators=(",", ":"), ensure_ascii=False)
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
