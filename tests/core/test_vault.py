"""Secrets that the house keeps for itself."""

import multiprocessing
from pathlib import Path

import pytest

from icons.core.vault import kept_secret, replace_secret
from icons.domain.errors import SettingsError


def test_a_kept_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    """Made once, read afterwards, readable by its owner only."""
    path = tmp_path / "secrets" / "jwt"
    secret = kept_secret(path)
    assert len(secret) >= 32
    assert kept_secret(path) == secret
    assert path.stat().st_mode & 0o077 == 0


def test_two_first_starts_agree(tmp_path: Path) -> None:
    """Eight processes that begin at once all end with the same secret."""
    with multiprocessing.get_context("spawn").Pool(8) as pool:
        assert len(set(pool.map(kept_secret, [tmp_path / "jwt"] * 8))) == 1


def test_a_secret_can_be_replaced(tmp_path: Path) -> None:
    """The new one is read from then on, and nothing else is left in the folder."""
    path = tmp_path / "key"
    kept_secret(path)
    replace_secret(path, "new")
    assert kept_secret(path) == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_a_folder_that_cannot_be_made_is_a_setting_to_mend(tmp_path: Path) -> None:
    """The sentence names the folder and what to do."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="STORAGE_DIR"):
        kept_secret(tmp_path / "file" / "jwt")
