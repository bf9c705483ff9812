"""The glyph pack: what it holds, that it can be drawn, and where it comes from."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from icons.adapters.providers.local import glyphs, matching
from icons.adapters.providers.local.glyphs import GRID, Glyph, load_pack, load_pictures
from icons.adapters.providers.local.glyphs.build.artefacts import Source, fetch, read_sources

FOLDER = Path(glyphs.__file__).parent
DATA_FILES = [FOLDER / "pack.json.xz", Path(matching.__file__).with_name("words.npz")]
MARGIN = 12  # units a stroke or a tilted corner may stand out of the grid
NUMBERS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "Z": 0}
SEGMENT = re.compile(r"([A-Za-z])([^A-Za-z]*)")
LAYERS = ("line", "dots", "duo", "fill", "sil")
PROTECTED = re.compile(
    r"logo$|airpods|apple-brand|bytedance|facebook|google|instagram|ipad|iphone|iwatch|nintendo|red-cross|spider-man|"
    r"tiktok|twitter|weixin|youtube"
)
LINE_GLYPHS = [glyph for glyph in load_pack().values() if not glyph.picture]
PICTURES = [glyph for glyph in load_pack().values() if glyph.picture]


def segments(path: str) -> Iterator[tuple[str, list[float]]]:
    for command, numbers in SEGMENT.findall(path):
        yield command, [float(number) for number in numbers.split()]


def paths(glyph: Glyph) -> Iterator[str]:
    return (path for layer in LAYERS if (path := getattr(glyph, layer)))


def test_the_pack_is_large_enough_to_choose_from() -> None:
    """Both line sets and the emoji are there, each glyph under its own id."""
    sources = [glyph.id.partition(":")[0] for glyph in load_pack().values()]
    assert sources.count("ph") > 1400
    assert sources.count("ip") > 1500
    assert sources.count("fl") > 400
    assert all(glyph_id == glyph.id and glyph_id.endswith(f":{glyph.name}") for glyph_id, glyph in load_pack().items())


def test_every_line_glyph_has_lines_a_solid_version_and_a_silhouette() -> None:
    """Each style finds the layers it draws with."""
    assert [glyph.id for glyph in LINE_GLYPHS if not (glyph.line or glyph.dots)] == []
    assert [glyph.id for glyph in LINE_GLYPHS if not (glyph.fill and glyph.sil)] == []


def test_every_picture_has_a_drawing_and_a_silhouette() -> None:
    """Emoji are kept whole and measured by their outline."""
    assert [glyph.id for glyph in PICTURES if not (glyph.picture.startswith("<") and glyph.sil)] == []


def test_paths_use_absolute_commands_only() -> None:
    """Every layer is a sequence of M L H V C Q Z, each with its right count of numbers, and starts with M."""
    for glyph in load_pack().values():
        for path in paths(glyph):
            assert path.startswith("M"), glyph.id
            assert all(len(numbers) == NUMBERS[command] for command, numbers in segments(path)), glyph.id


def test_paths_stay_in_the_grid() -> None:
    """No segment ends, and no silhouette reaches, further outside the grid than half a stroke and a little."""
    for glyph in load_pack().values():
        ends = [number for path in paths(glyph) for _, values in segments(path) for number in values[-2:]]
        assert min(*ends, *glyph.box) >= -MARGIN, glyph.id
        assert max(*ends, *glyph.box) <= GRID + MARGIN, glyph.id


def test_silhouettes_cover_the_drawing() -> None:
    """No line and no solid part ends outside the silhouette's box: no contour was lost on the way.

    Three units are allowed: white lines of IconPark end a little outside what they cut.
    """
    for glyph in LINE_GLYPHS:
        x0, y0, x1, y1 = glyph.box
        drawn = [values[-2:] for path in (glyph.line, glyph.fill) for _, values in segments(path) if values]
        assert all(x0 - 3 <= x <= x1 + 3 and y0 - 3 <= y <= y1 + 3 for x, y in drawn), glyph.id


def test_measures_agree_with_each_other() -> None:
    """Hull, centroid and area lie within the box, and the solid version is no larger than the silhouette."""
    for glyph in load_pack().values():
        x0, y0, x1, y1 = glyph.box
        assert all(x0 - 1 <= x <= x1 + 1 and y0 - 1 <= y <= y1 + 1 for x, y in glyph.hull), glyph.id
        assert x0 <= glyph.centroid[0] <= x1, glyph.id
        assert y0 <= glyph.centroid[1] <= y1, glyph.id
        assert 0 < glyph.area <= (x1 - x0) * (y1 - y0) + 1, glyph.id
        assert 0 < glyph.fill_ratio <= 1, glyph.id


def test_hulls_are_convex() -> None:
    """Going round a hull always turns the same way."""
    for glyph in load_pack().values():
        corners = [*glyph.hull, *glyph.hull[:2]]
        edges = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in pairwise(corners)]
        assert len(glyph.hull) >= 3, glyph.id
        assert all(ax * by - ay * bx > 0 for (ax, ay), (bx, by) in pairwise(edges)), glyph.id


def test_an_acorn_is_measured_right() -> None:
    """One glyph against figures taken from its drawing: it is as wide as its cap and stands on its tip."""
    acorn = load_pack()["ph:acorn"]
    assert acorn.box == pytest.approx((24, 8, 232, 248), abs=0.5)
    assert acorn.centroid[0] == pytest.approx(128, abs=2)
    assert math.isclose(acorn.area, 29_800, rel_tol=0.02)
    assert "nut" in acorn.tags


def test_no_trademarks() -> None:
    """Logos and protected emblems are left out."""
    assert [glyph_id for glyph_id in load_pack() if PROTECTED.search(glyph_id)] == []


def test_pictures_lead_from_line_glyphs_to_emoji() -> None:
    """Every row of the table names glyphs that exist, and every emoji of the pack is reachable."""
    pack = load_pack()
    assert all(not pack[glyph].picture and pack[emoji].picture for glyph, emoji in load_pictures().items())
    assert {glyph.id for glyph in PICTURES} == set(load_pictures().values())
    assert load_pictures()["ph:paw-print"] == "fl:paw-prints"


def test_data_files_are_those_the_build_wrote() -> None:
    """The hashes of the data files and of their sources equal the recorded ones: nothing was edited by hand."""
    recorded = json.loads((FOLDER / "provenance.json").read_text(encoding="utf-8"))
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in DATA_FILES} == recorded["files"]
    assert {name: source.sha256 for name, source in read_sources().items()} == recorded["sources"]


def test_data_files_are_small() -> None:
    """The pack takes at most 3 MB of the repository, the word table 2."""
    pack, words = (path.stat().st_size for path in DATA_FILES)
    assert pack <= 3_000_000
    assert words <= 2_000_000


def test_every_glyph_has_a_source_and_every_source_a_notice() -> None:
    """Each id's prefix is a source's, and the notices name each source with its licence."""
    notices = (FOLDER / "NOTICES.md").read_text(encoding="utf-8")
    sources = read_sources().values()
    assert {glyph_id.partition(":")[0] for glyph_id in load_pack()} == {row.prefix for row in sources if row.prefix}
    assert all(f"| {row.title} | {row.licence} |" in notices for row in sources)


def test_a_changed_artefact_is_refused(tmp_path: Path) -> None:
    """A file that is not the pinned one stops the build before it is opened."""
    (tmp_path / "set.tgz").write_bytes(b"something else")
    source = Source("A set", "MIT", "npm", "a-set@1.0.0", "set.tgz", sha256=hashlib.sha256(b"the set").hexdigest())
    with pytest.raises(ValueError, match=r"set\.tgz"):
        fetch(source, tmp_path)
