"""The last step every source shares: layers of path areas to a measured Glyph."""

from icons.adapters.providers.local.glyphs import Glyph
from icons.adapters.providers.local.glyphs.build import geometry
from icons.adapters.providers.local.glyphs.build.geometry import Area


def measured(
    glyph_id: str,
    *,
    solid: Area,
    outline: Area,
    tags: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    line: str = "",
    dots: str = "",
    duo: str = "",
    picture: str = "",
) -> Glyph:
    """A Glyph of `solid` inside `outline` (a silhouette), with its measures."""
    ink = geometry.size(outline)
    x0, y0, x1, y1 = outline.bounds
    return Glyph(
        id=glyph_id,
        name=glyph_id.partition(":")[2],
        tags=tags,
        categories=categories,
        line=line,
        dots=dots,
        duo=duo,
        fill="" if picture else geometry.data(solid),
        sil=geometry.data(outline),
        picture=picture,
        box=(round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)),
        centroid=geometry.centroid(outline),
        area=round(ink, 1),
        hull=geometry.hull(outline),
        fill_ratio=round(min(1.0, geometry.size(solid) / ink), 3),
    )
