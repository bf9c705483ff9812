"""Settings: each is documented, a wrong one stops the start with a sentence."""

from pathlib import Path

import pytest

from config import Settings, load_settings, settings_table
from icons.domain.errors import SettingsError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` and none of the developer's variables."""
    monkeypatch.chdir(tmp_path)
    for name, _, _ in settings_table():
        monkeypatch.delenv(name, raising=False)


def test_every_setting_says_what_it_is() -> None:
    """The table of the documentation is made of these sentences."""
    for name, _, description in settings_table():
        assert len(description) > 15, name
        assert description.endswith("."), name


def test_the_environment_beats_the_env_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` is read; a variable of the process wins; an empty one counts as unset."""
    Path(".env").write_text("PORT=4000\nHOST=::1\nUNKNOWN=1\n")
    monkeypatch.setenv("PORT", "5000")
    monkeypatch.setenv("LOG_LEVEL", "")
    settings = load_settings()
    assert (settings.port, settings.host, settings.log_level) == (5000, "::1", "INFO")


def test_defaults_live_in_the_storage_folder(tmp_path: Path) -> None:
    """Database and files follow STORAGE_DIR."""
    settings = Settings(storage_dir=tmp_path / "x y")
    assert settings.database == f"sqlite:///{tmp_path}/x y/icons.db"
    assert settings.files == f"file://{tmp_path}/x%20y/files"
    assert Settings(image_storage_path=tmp_path / "pictures").files == f"file://{tmp_path}/pictures"


@pytest.mark.parametrize(
    ("text", "value"), [("30d", 30 * 86400), ("12h", 43200), ("90", 90), ("2GB", 2 * 10**9), ("1.5 MB", 1_500_000)]
)
def test_quantities_take_units(text: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times and sizes are written as people write them."""
    monkeypatch.setenv("CACHE_MAX_BYTES", text)
    assert load_settings().cache_max_bytes == value


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT: "),
        ("PORT", "70000", "PORT: "),
        ("JWT_SECRET_KEY", "too short", "JWT_SECRET_KEY: write at least 32 bytes"),
        ("JWT_JWKS_URL", "https://issuer.example.com/keys", "JWT_ISSUER and JWT_AUDIENCE"),
        ("WEB_RUNTIME", "asyncio", "WEB_RUNTIME: "),
        ("CACHE_MAX_AGE", "soon", "CACHE_MAX_AGE: "),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: "),
    ],
)
def test_wrong_settings_are_named(name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence begins with the variable and never repeats a secret value."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert sentence in raised.value.message
    assert "too short" not in raised.value.message


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "http://127.0.0.1:3560"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),  # noqa: S104 - a value, nobody listens
        ({"host": "::1"}, "http://[::1]:3560"),
        ({"public_url": "https://icons.example.com/"}, "https://icons.example.com"),
    ],
)
def test_addresses_for_afar_are_complete(settings: dict[str, object], url: str) -> None:
    """Webhooks name the service by PUBLIC_URL, else by where it listens."""
    assert load_settings(**settings).base_url == url
