"""The documents say what is so."""

import re
from pathlib import Path

import pytest

from tools.docs import README, with_settings

ROOT = README.parent
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_settings_table_is_up_to_date() -> None:
    """`python -m tools.docs` would change nothing."""
    text = README.read_text(encoding="utf-8")
    assert with_settings(text) == text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link and picture exists."""
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_named_places_of_the_code_exist(document: Path) -> None:
    """Every `icons/...` path that a document names is there."""
    for place in re.findall(r"`(icons/[\w/.]+)`", document.read_text(encoding="utf-8")):
        assert (ROOT / place).exists(), place
