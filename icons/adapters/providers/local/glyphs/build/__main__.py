"""The build command: `python -m icons.adapters.providers.local.glyphs.build [FOLDER FOR DOWNLOADS]`."""

import hashlib
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from icons.adapters.providers.local.glyphs import PACK_FILE, PROVENANCE_FILE, Glyph, load_pictures
from icons.adapters.providers.local.glyphs.build import fluent, iconpark, phosphor
from icons.adapters.providers.local.glyphs.build.artefacts import fetch, read_sources
from icons.adapters.providers.local.glyphs.build.minilm import MiniLM
from icons.adapters.providers.local.glyphs.build.pack import write_pack
from icons.adapters.providers.local.glyphs.build.wordtable import write_words
from icons.adapters.providers.local.matching.vectors import WORDS_FILE

log = logging.getLogger("build")


def build(downloads: Path) -> None:
    """Write the pack, the word table and what they came from. Takes some six minutes on one core."""
    sources = read_sources()
    folders = {name: fetch(source, downloads) for name, source in sources.items()}
    glyphs = list(_glyphs(folders))
    log.info("glyphs drawn: %d", len(glyphs))
    write_pack(glyphs, PACK_FILE)
    write_words(glyphs, MiniLM(folders["minilm"]), folders["wordnet"], WORDS_FILE)
    provenance = {
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (PACK_FILE, WORDS_FILE)},
        "sources": {name: source.sha256 for name, source in sources.items()},
    }
    PROVENANCE_FILE.write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")


def _glyphs(folders: dict[str, Path]) -> Iterator[Glyph]:
    yield from phosphor.read(folders["phosphor"])
    yield from iconpark.read(folders["iconpark"])
    yield from fluent.read(folders["fluent"], frozenset(emoji.partition(":")[2] for emoji in load_pictures().values()))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if len(sys.argv) > 1:
        build(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            build(Path(folder))
