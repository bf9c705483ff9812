"""`batch`: a catalogue of categories from a YAML file into a folder of icons."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table

from icons.core.service import Context
from icons.domain.errors import InvalidRequest
from icons.domain.jobs import Job, State
from icons.terminal import output
from icons.terminal.generate import checked
from icons.terminal.opening import Opening, working_house
from icons.terminal.running import finish


def read_catalogue(text: str, source: str) -> dict[str, Any]:
    """The body of a batch request. A category may carry its elements: ``- tools: [hammer, wrench]``."""
    try:
        catalogue = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InvalidRequest(f"{source}{where}: this is not valid YAML.") from error
    if isinstance(catalogue, list):
        catalogue = {"categories": catalogue}
    if not isinstance(catalogue, dict) or not isinstance(catalogue.get("categories"), list):
        raise InvalidRequest(f"{source}: write a list of categories, or a mapping with the key categories.")
    categories: list[Any] = []
    elements: dict[str, Any] = {}
    for entry in catalogue["categories"]:
        if isinstance(entry, dict) and len(entry) == 1:
            ((entry, elements[str(entry)]),) = entry.items()
        categories.append(entry)
    body = {**catalogue, "categories": categories}
    if elements:
        if "custom_elements" in body:
            raise InvalidRequest(f"{source}: give elements beside the categories or as custom_elements, not both.")
        body["custom_elements"] = elements
    return body


def command(opening: Opening) -> click.Command:
    """`batch`."""

    @click.command("batch")
    @click.argument("catalogue", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("-o", "--out", default="out", show_default=True, type=click.Path(path_type=Path), help="Folder.")
    def batch(catalogue: Path, out: Path) -> None:
        """Draw all icons of a CATALOGUE (YAML: categories, style, color_scheme, ...) into a folder."""
        try:
            text = catalogue.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InvalidRequest(f"{catalogue.name}: save it as UTF-8 text.") from error
        request = checked(read_catalogue(text, catalogue.name))
        output.prepare(out)
        with working_house(opening) as (house, caller):
            stored = house.service.submit_batch(caller, request, Context())
            jobs = finish(house, caller, stored.id)
            saved = output.save(house, caller, jobs, out)
        Console().print(_summary(jobs))
        click.echo(f"{len(saved)} of {len(jobs)} icons in {out}/")
        raise SystemExit(0 if len(saved) == len(jobs) else 1)

    return batch


def _summary(jobs: list[Job]) -> Table:
    table = Table("category", "icons", "from cache", "seconds", "trouble")
    by_category: dict[str, list[Job]] = defaultdict(list)
    for job in jobs:
        by_category[job.request["category"]].append(job)
    for category, group in by_category.items():
        done = sum(job.state is State.COMPLETED for job in group)
        seconds = sum(job.facts.get("generation_time", 0.0) for job in group if not job.cached)
        trouble = next((str(job.error["message"]) for job in group if job.error), "")
        cached = sum(job.cached for job in group)
        table.add_row(category, f"{done} of {len(group)}", str(cached), f"{seconds:.2f}", trouble)
    return table
