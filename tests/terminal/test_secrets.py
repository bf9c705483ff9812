"""`secrets rotate`: a key is changed in two starts, and nothing is lost."""

from pathlib import Path

from icons.core.vault import Vault

from ..conftest import embedded, open_studio

OLD, NEW = "o" * 32, "n" * 32


def test_rotation_leaves_the_old_key_out(run, folder: Path) -> None:
    """After it the new key alone opens what the old one had sealed."""
    studio = open_studio(embedded(folder / "storage", secrets_key=OLD), work=False)
    fields = {"name": "mine", "provider": "openai", "api_key": "sk-of-the-tests-1234"}
    profile = studio.house.profiles.add(studio.caller(), fields)
    signing = studio.house.hooks.secret(studio.caller())
    studio.web.close()
    studio.house.stop()
    done = run("secrets", "rotate", SECRETS_KEY=f"{NEW},{OLD}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Sealed with the first key of SECRETS_KEY: 2.")
    assert "sk-of-the-tests" not in done.stdout + done.stderr
    assert signing.secret not in done.stdout + done.stderr
    studio = open_studio(embedded(folder / "storage", secrets_key=NEW), work=False)
    assert studio.house.hooks.secret(studio.caller()) == signing
    sealed = studio.house.engines.store.profiles.get(studio.user.id, profile.id).sealed_key
    studio.web.close()
    studio.house.stop()
    assert Vault([NEW]).open(studio.user.id, sealed) == "sk-of-the-tests-1234"


def test_a_short_key_stops_the_start(run) -> None:
    """With a sentence that says what to write, and not the key."""
    done = run("secrets", "rotate", SECRETS_KEY=f"{NEW},too-short")
    assert done.returncode == 1
    assert "SECRETS_KEY: write at least 32 bytes" in done.stderr
    assert "too-short" not in done.stderr
