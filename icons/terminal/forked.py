"""Processes of a command's own, forked before anything is opened: threads and connections do not survive a fork."""

import multiprocessing
import sys
from collections.abc import Callable
from multiprocessing.context import ForkProcess

import click

from icons.domain.errors import StudioError


def started(call: Callable[[], None]) -> ForkProcess:
    """A process that makes the call; the product's errors end it with a sentence and exit code 1."""
    process = multiprocessing.get_context("fork").Process(target=_make, args=(call,))
    process.start()
    return process


def _make(call: Callable[[], None]) -> None:
    try:
        call()
    except StudioError as error:
        click.echo(f"Error: {error.message}", err=True)
        sys.exit(1)
