"""The table of platforms, and requests for them."""

import pytest

from icons.domain.errors import InvalidRequest
from icons.domain.images import Format
from icons.domain.platforms import (
    MASTER_SIZE,
    ORIGINAL,
    Ground,
    PlatformRequest,
    View,
    platform_request,
    platforms,
    view,
)
from icons.domain.prompts.brief import Background
from icons.domain.prompts.library import Library
from icons.domain.requests import IconRequest

LIBRARY = Library.built_in()


def request(prompt: str = "A quiet harbour", wanted=("favicon",), style="", scheme="", quality="") -> PlatformRequest:
    return platform_request(prompt, wanted, style, scheme, IconRequest(category="", quality=quality))


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [
        ("instagram-post", 1080, 1080),
        ("instagram-story", 1080, 1920),
        ("twitter-post", 1200, 675),
        ("facebook-post", 1200, 630),
    ],
)
def test_posts_have_the_networks_sizes(name: str, width: int, height: int) -> None:
    """One opaque picture each."""
    (asset,) = platforms()[name].assets
    assert (asset.width, asset.height, asset.ground, asset.format) == (width, height, Ground.FULL, Format.PNG)


def test_every_file_can_be_written_and_told_from_its_neighbours() -> None:
    """Formats are known, names are unique within a platform, and sizes that one file packs rise."""
    for platform in platforms().values():
        names = [asset.name for asset in platform.assets]
        assert len(names) == len({*names})
        for asset in platform.assets:
            assert asset.format in Format
            assert asset.width > 0
            assert asset.height > 0
            assert list(asset.sizes) == sorted(asset.sizes)


def test_apple_gets_no_alpha_and_browsers_get_a_maskable_icon() -> None:
    """What the platforms demand: an opaque 1024 px icon, and one whose subject stays within 80 %."""
    assert (platforms()["ios"].assets[0].width, platforms()["ios"].assets[0].ground) == (1024, Ground.FULL)
    maskable = next(each for each in platforms()["pwa"].assets if "maskable" in each.name)
    assert (maskable.ground, maskable.safe) == (Ground.FULL, 0.8)


def test_small_sizes_have_drawings_of_their_own() -> None:
    """Below 64 px each size is drawn for itself; above it all come from one drawing."""
    icon = platforms()["windows"].assets[0]
    assert icon.views() == {View(Background.AUTO, size) for size in (16, 24, 32, 48, MASTER_SIZE)}
    assert view(Ground.FULL, 63) == View(Background.OPAQUE, 63)
    assert view(Ground.NONE, 64) == View(Background.TRANSPARENT, MASTER_SIZE)


def test_moods_choose_style_and_scheme() -> None:
    """vivid and natural mean something to the draughtsman and to a model; a named style or scheme is kept."""
    vivid, natural = request(style="vivid"), request(style="natural")
    assert (vivid.icon.style, vivid.icon.color_scheme) == ("modern", "vibrant")
    assert (natural.icon.style, natural.icon.color_scheme) == ("flat", "earth")
    assert vivid.text() != natural.text() != request().text() == "A quiet harbour"
    assert request(style="vivid", scheme="ocean").icon.color_scheme == "ocean"
    assert request(style="clay").icon.style == "clay"


def test_a_long_prompt_is_shortened_for_the_draughtsman_only() -> None:
    """The model reads all of it."""
    long = request("harbour " * 100)
    assert len(long.icon.category) <= 200
    assert long.brief(LIBRARY, Background.AUTO).text == "harbour " * 100


def test_platforms_are_named_once_and_known() -> None:
    """A repeated name counts once, none means the picture itself, an unknown one is refused with the known ones."""
    assert request(wanted=("pwa", "ios", "pwa")).platforms == ("pwa", "ios")
    assert request(wanted=()).platforms == (ORIGINAL,)
    with pytest.raises(InvalidRequest) as refused:
        request(wanted=("myspace",))
    assert "instagram-post" in refused.value.fields["platforms"]


def test_an_invisible_prompt_is_refused() -> None:
    """There is nothing to draw in control characters."""
    with pytest.raises(InvalidRequest) as refused:
        request("\u200b\u200d")
    assert "prompt" in refused.value.fields


def test_a_request_survives_storing() -> None:
    """What is kept with the job reads back as the same request."""
    original = request(wanted=("pwa", "ios"), style="natural", quality="hd")
    stored = original.to_json()
    assert PlatformRequest.from_json({**stored, "platforms": list(stored["platforms"])}) == original


def test_fingerprints_tell_requests_apart() -> None:
    """Other platforms, another quality, another prompt or another engine is other work; the same again is not."""
    marks = {
        request().fingerprint(LIBRARY, "local/1"),
        request(wanted=("pwa",)).fingerprint(LIBRARY, "local/1"),
        request(quality="hd").fingerprint(LIBRARY, "local/1"),
        request("A loud harbour").fingerprint(LIBRARY, "local/1"),
        request().fingerprint(LIBRARY, "local/2"),
    }
    assert len(marks) == 5
    assert request().fingerprint(LIBRARY, "local/1") in marks
