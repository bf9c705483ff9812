"""The documents say what is so."""

import re
from pathlib import Path

import pytest

from tools.docs import README, pages

ROOT = README.parent
DOCUMENTS = [README, *sorted((ROOT / "docs").rglob("*.md"))]


def test_generated_documents_are_up_to_date() -> None:
    """`python -m tools.docs` would change nothing."""
    for page, text in pages().items():
        assert page.read_text(encoding="utf-8") == text, page.name


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
