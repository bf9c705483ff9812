"""The command line as a user runs it: in a process of its own, on a storage of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's commands are run; storage/ lies in it."""
    return tmp_path_factory.mktemp("terminal")


@pytest.fixture(scope="module")
def start(folder: Path) -> Callable[..., subprocess.Popen]:
    """Starts `python app.py ...`."""

    def run(*arguments: str, **environment: str) -> subprocess.Popen:
        clean = {"PATH": os.environ["PATH"], "DRAW_PROCESSES": "2", "COLUMNS": "120", **environment}
        return subprocess.Popen(
            [sys.executable, ROOT / "app.py", *arguments],
            cwd=folder,
            env=clean,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


@pytest.fixture(scope="module")
def run(start: Callable[..., subprocess.Popen]) -> Callable[..., subprocess.CompletedProcess]:
    """Runs `python app.py ...` to its end."""

    def finish(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
        process = start(*arguments, **environment)
        out, err = process.communicate(timeout=90)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return finish
