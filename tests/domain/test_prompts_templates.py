"""Operators' template files: what they add and override, and the line and remedy when they are wrong."""

import re
from pathlib import Path

import pytest

from icons.domain.errors import SettingsError
from icons.domain.prompts import Background, Library

LIBRARY = Library.built_in()
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "templates.md"
WOODCUT = '[styles.woodcut]\ntitle = "Woodcut"\nwording = "bold carved shapes"\ndrawing = "paper_cut"\n'


def test_the_documented_example_works():
    """The how-to's file loads as printed and does what its comments say."""
    example = re.search(r"```toml\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert example
    library = LIBRARY.extended(example[1], "10-house.toml")
    assert library.style("Linocut").drawing == "paper_cut"
    assert library.style("outline").title == LIBRARY.style("outline").title
    assert library.style("outline").wording != LIBRARY.style("outline").wording
    assert library.scheme("house colors").palettes[0][0] == "#14532d"
    prompt = library.prompt(category="LP", style="woodcut", color_scheme="house", background=Background.TILE)
    assert prompt.brief.suggestions == ("vinyl record", "music notes", "headphones")
    assert "perfectly circular tile" in prompt.text


def test_the_how_to_counts_right():
    """The figures and the list of drawings in the how-to are those of the library."""
    text = HOW_TO.read_text("utf-8")
    counts = f"{len(LIBRARY.styles)} styles, {len(LIBRARY.schemes)} colour schemes and {len(LIBRARY.categories)} cat"
    assert counts in text
    assert all(f"`{name}`" in text for name in LIBRARY.styles.names)


def test_an_override_keeps_the_rest():
    """Overriding one key leaves the entry's other keys and its place in the order alone."""
    library = LIBRARY.extended('[schemes.pastel]\npalettes = [["#ABC"]]\n', "x.toml")
    assert library.scheme("pastel").palettes == (("#aabbcc",),)
    assert library.scheme("pastel").wording == LIBRARY.scheme("pastel").wording
    assert library.schemes.names == LIBRARY.schemes.names


def test_extending_leaves_the_original_alone():
    """The built-in library is shared, so it never changes."""
    LIBRARY.extended(WOODCUT, "x.toml")
    assert LIBRARY.styles.named("woodcut") is None


def test_later_files_win():
    """Files add up; the last word on a key counts."""
    library = LIBRARY.extended(WOODCUT, "1.toml").extended('[styles.woodcut]\ntitle = "Cut"\n', "2.toml")
    assert library.style("woodcut").title == "Cut"
    assert library.style("woodcut").wording == "bold carved shapes"


def test_an_alias_can_move():
    """A word that one entry gives up, another may take in the same file."""
    moved = '[styles.hand_drawn]\naliases = []\n[styles.outline]\naliases = ["sketch"]\n'
    assert LIBRARY.extended(moved, "x.toml").style("sketch").name == "outline"


def test_a_title_without_words():
    """A title of signs only is allowed, any number of times: it is shown, never asked for."""
    library = LIBRARY.extended('[styles.flat]\ntitle = "★"\n[styles.neon]\ntitle = "☆"\n', "x.toml")
    assert library.style("flat").title == "★"
    assert library.styles.find("★") is None


def test_the_template_text_is_data():
    """An operator's frame replaces ours, single braces and all, with the same substitution."""
    text = '[template]\ntext = "Icon: {subject} in {palette}. Literal } and {"\n'
    prompt = LIBRARY.extended(text, "x.toml").prompt(category="{palette}", brand_colors=["#123456"])
    assert prompt.text == "Icon: <subject>{palette}</subject> in #123456. Literal } and {"


def test_an_edit_changes_only_the_prompts_it_touches():
    """Editing one style leaves the prompts of the others, and so their cached pictures, as they were."""
    edited = LIBRARY.extended('[styles.flat]\nwording = "plain shapes"\n', "x.toml")
    assert edited.prompt(category="tools", style="flat") != LIBRARY.prompt(category="tools", style="flat")
    assert edited.prompt(category="tools", style="neon") == LIBRARY.prompt(category="tools", style="neon")


REFUSALS = {
    "unclosed string": ('[styles.flat]\ntitle = "Flat\n', 2, "close every quote"),
    "unclosed array": ('[styles.flat]\naliases = ["a",\n', 2, "close every quote"),
    "same table twice": ("[styles.flat]\n\n[styles.flat]\n", 3, "twice"),
    "unknown section": ('\n[style.flat]\ntitle = "Flat"\n', 2, "did you mean 'styles'"),
    "not a table": ("styles = 3\n", 1, "write [styles]"),
    "entry is no table": ("[styles]\nflat = 3\n", 2, "write [styles.flat]"),
    "name not in normal form": ('# x\n[styles."Wood Cut"]\ntitle = "x"\n', 2, "write 'wood_cut'"),
    "name without letters": ('[styles."!"]\ntitle = "x"\n', 1, "write 'a word'"),
    "unknown key": ('[styles.flat]\ntitle = "F"\nwordin = "x"\n', 3, "did you mean 'wording'"),
    "missing keys": ('# x\n\n[styles.woodcut]\ntitle = "Woodcut"\n', 3, "also needs wording and drawing"),
    "missing palettes": ('[schemes.house]\ntitle = "H"\nwording = "w"\n', 1, "also needs palettes"),
    "empty wording": ('[styles.flat]\nwording = "  "\n', 2, "write some text"),
    "wording is no text": ("[styles.flat]\nwording = 7\n", 2, "write some text"),
    "unknown drawing": ('[styles.flat]\ndrawing = "flatt"\n', 2, "did you mean 'flat'"),
    "drawing is no text": ("[styles.flat]\ndrawing = [1]\n", 2, "write some text"),
    "bad colour": ('[schemes.pastel]\npalettes = [\n  ["#ffffff"],\n  ["blue"],\n]\n', 2, "'blue' is no colour"),
    "no palettes": ("[schemes.pastel]\npalettes = []\n", 2, "write a list of palettes"),
    "palette too long": (f"[schemes.pastel]\npalettes = [{['#ffffff'] * 7}]\n", 2, "1 to 6 colours"),
    "flag is no flag": ('[schemes.pastel]\nmonochrome = "yes"\n', 2, "true or false"),
    "no suggestions": ("[categories.tools]\nsuggestions = []\n", 2, "write a list of texts"),
    "empty alias": ('[categories.tools]\naliases = ["&"]\n', 2, "no letter or digit"),
    "alias taken": (f'{WOODCUT}aliases = [\n  "sketch",\n]\n', 5, "'sketch' of 'woodcut' already means 'hand_drawn'"),
    "name taken by an alias": ("\n" + WOODCUT.replace("woodcut", "sketch"), 2, "'sketch'"),
    "title taken": ('[styles.woodcut]\ntitle="Neon"\nwording="w"\ndrawing="flat"\n', 2, "already means 'neon'"),
    "alias twice in a file": (
        f'{WOODCUT}aliases = ["ink"]\n[styles.flat]\naliases = ["inks"]\n',
        5,
        "already means",
    ),
    "unknown placeholder": ('[template]\ntext = """\n{subject}\n{colour}"""\n', 2, "{colour} is unknown"),
    "no subject": ('[template]\ntext = "Draw {objects}"\n', 2, "{subject} exactly once"),
    "two subjects": ('[template]\ntext = "{subject} {subject}"\n', 2, "{subject} exactly once"),
    "placeholder in free text": ('[template.objects]\nfree = "Draw {elements}"\n', 2, "none here"),
    "requested without elements": ('[template.objects]\nrequested = "Draw"\n', 2, "{elements} exactly once"),
    "unknown background": ('[template.backgrounds]\ntiled = "x"\n', 2, "did you mean 'tile'"),
    "unknown template key": ('[template]\nvariation = ["x"]\n', 2, "did you mean 'variations'"),
    "no variations": ("[template]\nvariations = []\n", 2, "write a list of texts"),
}


@pytest.mark.parametrize(("toml", "line", "remedy"), REFUSALS.values(), ids=REFUSALS)
def test_refusals(toml, line, remedy):
    """A wrong file is refused with its name, the line, and what to write."""
    with pytest.raises(SettingsError) as caught:
        LIBRARY.extended(toml, "house.toml")
    assert caught.value.message.startswith(f"house.toml, line {line}: ")
    assert remedy in caught.value.message


def test_lines_are_right_in_any_layout():
    """Comments, multi-line values that look like tables, dotted keys and CRLF do not mislead the line number."""
    toml = """# [styles.neon]
[styles]
flat.wording = '''
[styles.neon]
title = 7
'''

neon.title = 7
"""
    with pytest.raises(SettingsError, match=r"line 8: styles\.neon\.title"):
        LIBRARY.extended(toml.replace("\n", "\r\n"), "house.toml")
