"""`generate` and `styles`: one icon, and what it can look like."""

from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from icons.core.service import Context
from icons.domain.images import DRAWN
from icons.domain.jobs import Priority
from icons.domain.prompts.brief import Background
from icons.domain.requests import BatchRequest
from icons.terminal import output
from icons.terminal.opening import Opening, working_house
from icons.terminal.running import finish
from icons.web.errors import refuse
from icons.web.schemas.icons import BatchBody


def checked(body: dict[str, Any]) -> BatchRequest:
    """What the user wrote, held against the very schema of `POST /api/icons/generate/batch`."""
    try:
        return BatchBody.model_validate(body).request()
    except ValidationError as error:
        refuse(error)


def command(opening: Opening) -> click.Command:
    """`generate`."""

    @click.command("generate")
    @click.argument("category")
    @click.option("--style", default="modern", show_default=True, help="See the command styles.")
    @click.option("--colors", default="brand_colors", show_default=True, help="Colour scheme; see the command styles.")
    @click.option("--brand", default="", metavar="#RRGGBB,...", help="Brand colours, the primary first.")
    @click.option("--element", "elements", multiple=True, help="An object to show; may be repeated.")
    @click.option("-n", "--variations", default=1, show_default=True, help="How many different icons.")
    @click.option("--size", default=512, show_default=True, help="Width and height in px, 16 to 2048.")
    @click.option("--format", "format_", default="png", type=click.Choice([each.value for each in DRAWN]))
    @click.option("--background", default="auto", type=click.Choice([each.value for each in Background]))
    @click.option("--seed", default=0, show_default=True, help="Another seed, another equally good icon.")
    @click.option("-o", "--out", default="out", show_default=True, type=click.Path(path_type=Path), help="Folder.")
    def generate(**options: Any) -> None:
        """Draw icons of one CATEGORY, such as "office supplies", into a folder."""
        request = checked(
            {
                "categories": [options["category"]],
                "style": options["style"],
                "color_scheme": options["colors"],
                "brand_colors": [colour for colour in options["brand"].split(",") if colour.strip()],
                "custom_elements": list(options["elements"]),
                "variations_per_category": options["variations"],
                "size": options["size"],
                "format": options["format_"],
                "background": options["background"],
                "seed": options["seed"],
            }
        )
        output.prepare(options["out"])
        with working_house(opening) as (house, caller):
            batch = house.service.submit_batch(caller, request, Context(), Priority.INTERACTIVE)
            jobs = finish(house, caller, batch.id)
            saved = output.save(house, caller, jobs, options["out"])
        for path in saved.values():
            click.echo(path)
        for job in jobs:
            if job.error:
                click.echo(f"variation {job.request['variation'] + 1}: {job.error['message']}", err=True)
        raise SystemExit(0 if len(saved) == len(jobs) else 1)

    return generate


def styles_command(opening: Opening) -> click.Command:
    """`styles`."""

    @click.command("styles")
    def styles() -> None:
        """List styles and colour schemes, the operator's own included."""
        house = opening.house()
        library = house.service.library
        house.close()
        table = Table("style", "what it looks like", "also written")
        for style in library.styles:
            table.add_row(style.name, style.description, ", ".join(style.aliases))
        schemes = Table("colour scheme", "what it looks like", "colours")
        for scheme in library.schemes:
            swatches = " ".join(f"[on {colour}]  [/]" for colour in scheme.palettes[0])
            schemes.add_row(scheme.name, scheme.description, swatches)
        console = Console()
        console.print(table)
        console.print(schemes)

    return styles
