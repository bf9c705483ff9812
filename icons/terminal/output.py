"""Finished icons as files in a folder of the user's."""

import shutil
from pathlib import Path

from icons.core.house import House
from icons.domain.access import Caller
from icons.domain.errors import InvalidRequest
from icons.domain.images import slug
from icons.domain.jobs import Job


def prepare(folder: Path) -> None:
    """Make the folder, or say why it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidRequest(f"The folder {folder} cannot be made: {error.strerror}.") from error


def save(house: House, caller: Caller, jobs: list[Job], folder: Path) -> dict[str, Path]:
    """Copy the pictures of completed jobs into the folder; job id -> file, named after category and variation."""
    saved: dict[str, Path] = {}
    taken: set[str] = set()
    for job in jobs:
        for image in house.gallery.images(caller, job.images).values():
            name = _unique(slug(job.request["category"]), job.request["variation"], taken)
            target = folder / f"{name}.{image.format}"
            with house.gallery.open(image) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
            saved[job.id] = target
    return saved


def _unique(slug: str, variation: int, taken: set[str]) -> str:
    name, number = f"{slug}-{variation + 1}", 2
    while name in taken:  # two categories that differ in other scripts only
        name, number = f"{slug}-{variation + 1}-{number}", number + 1
    taken.add(name)
    return name
