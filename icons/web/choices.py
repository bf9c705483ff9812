"""What its owner has decided about a batch's icons. It is kept in the gallery, as tags of type THEME of their images.

``approved`` and ``rejected`` are verdicts; ``redrawn:<image id>`` names the image that stands in an icon's place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from icons.core.pictures import Pictures
from icons.domain.access import Caller
from icons.domain.images import Image, Record, TagType
from icons.domain.jobs import Job
from icons.web.schemas.icons import Verdict

_REDRAWN: Final = "redrawn:"


@dataclass(frozen=True, slots=True)
class Cell:
    """An icon of a batch as its owner wants it: with its own images or, once redrawn, another one."""

    job: Job
    own: tuple[Record, ...]
    redrawn: Record | None = None

    @property
    def images(self) -> tuple[Image, ...]:
        """What is shown."""
        return tuple(record.image for record in self._shown)

    @property
    def verdict(self) -> Verdict | None:
        """Of the first image that is shown."""
        themes = _themes(self._shown[0]) if self._shown else []
        return next((verdict for verdict in get_args(Verdict) if verdict in themes), None)

    @property
    def request(self) -> dict[str, Any]:
        """What the shown image was asked for with: of one redrawn, perhaps another seed and variation."""
        facts = self.redrawn.image.facts if self.redrawn else {}
        return {**self.job.request, **{name: facts[name] for name in ("seed", "variation") if name in facts}}

    @property
    def _shown(self) -> tuple[Record, ...]:
        return (self.redrawn,) if self.redrawn else self.own


def cells(jobs: Sequence[Job], pictures: Pictures, caller: Caller) -> list[Cell]:
    """The jobs with the images that are still there, in this order."""
    own = _by_id(pictures.many(caller, [image_id for job in jobs for image_id in job.images]))
    places = {image_id: successor for image_id, record in own.items() if (successor := _successor(record))}
    redrawn = _by_id(pictures.many(caller, [*places.values()]))
    return [
        Cell(
            job,
            tuple(own[image_id] for image_id in job.images if image_id in own),
            next((redrawn[places[each]] for each in job.images if places.get(each) in redrawn), None),
        )
        for job in jobs
    ]


def _by_id(records: Sequence[Record]) -> dict[str, Record]:
    return {record.image.id: record for record in records}


def _themes(record: Record) -> list[str]:
    return [tag.id for tag in record.tags if tag.type is TagType.THEME]


def _successor(record: Record) -> str | None:
    """Id of the image in its place."""
    return next((theme.removeprefix(_REDRAWN) for theme in _themes(record) if theme.startswith(_REDRAWN)), None)
