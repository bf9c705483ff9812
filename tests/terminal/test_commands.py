"""The commands that end by themselves."""

import contextlib
import re
import signal
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from ..conftest import eventually

CATALOGUE = """
style: flat
size: 64
variations_per_category: 2
categories:
  - electronics
  - tools: [hammer, wrench]
"""


def test_generate_writes_the_files_it_names(run, folder: Path) -> None:
    """The example of the documentation: four variations in brand colours, four different pictures."""
    done = run(
        *("generate", "office supplies", "--style", "modern", "--colors", "brand_colors"),
        *("--brand", "#4F46E5,#06B6D4", "--element", "pen", "--element", "stapler", "-n", "4", "-o", "out"),
    )
    assert done.returncode == 0, done.stderr
    files = [folder / line for line in done.stdout.splitlines()]
    assert [file.name for file in files] == [f"office-supplies-{number}.png" for number in (1, 2, 3, 4)]
    assert len({file.read_bytes() for file in files}) == 4
    for file in files:
        with Image.open(file) as picture:
            assert picture.size == (512, 512)


def test_generate_says_what_is_wrong(run) -> None:
    """An unknown style ends with a sentence that names the known ones, and without a traceback."""
    done = run("generate", "tools", "--style", "modrn")
    assert done.returncode == 1
    assert "modern" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options", [("--size", "5"), ("--brand", "red"), ("--format", "gif"), ("-n", "0"), ("--seed", "x")]
)
def test_generate_refuses_bad_options(run, options: tuple[str, str]) -> None:
    """Nothing is drawn, and the message names what is wrong."""
    done = run("generate", "tools", *options)
    assert done.returncode in (1, 2)
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_batch_draws_a_catalogue(run, folder: Path) -> None:
    """Every icon of the catalogue is in the folder; the summary counts them."""
    (folder / "catalogue.yaml").write_text(CATALOGUE)
    done = run("batch", "catalogue.yaml", "-o", "icons")
    assert done.returncode == 0, done.stderr
    assert "4 of 4 icons" in done.stdout
    names = sorted(file.name for file in (folder / "icons").iterdir())
    assert names == ["electronics-1.png", "electronics-2.png", "tools-1.png", "tools-2.png"]


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("lines.txt", "# two of them\ntools: hammer\npens\n", []),
        ("table.csv", "category,elements\ntools,hammer\npens,\n", []),
        ("odd.dat", "categories: [{tools: [hammer]}, pens]\n", ["--as", "yaml"]),
    ],
)
def test_a_catalogue_may_be_written_in_any_notation(run, folder: Path, name: str, text: str, options: list) -> None:
    """As the command `remote batch` reads them: as the file's name ends, or as it is said."""
    (folder / name).write_text(text)
    done = run("batch", name, "-o", f"from {name}", *options)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (folder / f"from {name}").iterdir()) == ["pens-1.png", "tools-1.png"]


def test_a_second_run_comes_from_the_cache(run, folder: Path) -> None:
    """The summary's column says so."""
    (folder / "twice.yaml").write_text("style: outline\nsize: 64\ncategories: [pens]\n")
    run("batch", "twice.yaml")
    done = run("batch", "twice.yaml")
    assert re.search(r"pens\W+1 of 1\W+1\W", done.stdout), done.stdout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("categories: [a\n", "bad.yaml, line 2: this is not valid YAML"),
        ("style: flat\n", "write a list of categories"),
        ("categories: [a]\nstile: flat\n", "stile"),
        ("categories: [a, a]\n", "twice"),
        ("categories: [1]\n", "categories.0"),
        ("categories: [a: [x]]\ncustom_elements: [y]\n", "not both"),
    ],
)
def test_a_bad_catalogue_is_refused_whole(run, folder: Path, text: str, sentence: str) -> None:
    """The message names the file and the line, or the field."""
    (folder / "bad.yaml").write_text(text)
    done = run("batch", "bad.yaml")
    assert done.returncode == 1
    assert sentence in done.stderr


def finished(folder: Path) -> int:
    """How many jobs the store holds as completed."""
    with contextlib.closing(sqlite3.connect(folder / "storage" / "icons.db")) as database:
        return database.execute("SELECT count(*) FROM jobs WHERE state = 'completed'").fetchone()[0]


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(start, run, folder: Path) -> None:
    """After Ctrl-C the same command finishes the batch, part of it from the cache."""
    categories = ", ".join(f"thing {number}" for number in range(120))
    (folder / "long.yaml").write_text(f"size: 512\nconcurrency: 2\ncategories: [{categories}]\n")
    run("users", "list")  # makes the database when this test runs alone
    before = finished(folder)
    process = start("batch", "long.yaml", "-o", "long")
    eventually(lambda: finished(folder) >= before + 5, 60)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    stopped = re.search(r"Stopped\. (\d+) of 120 icons are finished", err)
    assert stopped
    assert "Run the same command again" in err
    assert "Traceback" not in err
    done = run("batch", "long.yaml", "-o", "long")
    assert done.returncode == 0, done.stderr
    assert len(list((folder / "long").iterdir())) == 120
    assert sum(int(row) for row in re.findall(r"1 of 1\W+(\d)\W", done.stdout)) >= int(stopped[1])


def test_styles_are_listed(run) -> None:
    """Styles, their aliases and colour schemes."""
    done = run("styles")
    for name in ("modern", "hand_drawn", "3d", "brand_colors", "earth"):
        assert name in done.stdout


def test_users_and_keys(run) -> None:
    """A new account is listed; a key of it is printed."""
    added = run("users", "add", "eve")
    assert "Password (shown once): " in added.stdout
    assert "eve" in run("users", "list").stdout
    assert run("keys", "add", "laptop", "--user", "eve").stdout.startswith("isk_")
    again = run("users", "add", "eve")
    assert again.returncode == 1
    assert "eve" in again.stderr or "taken" in again.stderr


def test_doctor_finds_nothing_wrong(run) -> None:
    """On a fresh storage every check passes."""
    done = run("doctor", PORT="35601")
    assert done.returncode == 0, done.stdout
    assert "All is well." in done.stdout
    assert "database: SQLite 3" in done.stdout
    assert "provider local: drew an icon" in done.stdout


def test_doctor_names_a_broken_template(run, folder: Path) -> None:
    """The file and the line are in the sentence; the exit code is 1."""
    templates = folder / "storage" / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    (templates / "mine.toml").write_text('[styles.mine]\ntitle = "Mine"\ncolour = "red"\n')
    try:
        done = run("doctor")
    finally:
        (templates / "mine.toml").unlink()
    assert done.returncode == 1
    assert "mine.toml" in done.stdout
    assert "line 3" in done.stdout


def test_a_wrong_setting_ends_with_a_sentence(run) -> None:
    """No traceback, no other output."""
    done = run("styles", JWT_SECRET_KEY="short")
    assert done.returncode == 1
    assert done.stderr.startswith("Wrong setting: JWT_SECRET_KEY")
    assert "short" not in done.stderr.replace("JWT_SECRET_KEY", "")
