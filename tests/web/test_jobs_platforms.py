"""What jobs for platforms bring: drawn by the real draughtsman, fetched over the face."""

import io
import json
from collections.abc import Iterator

import pytest
from PIL import Image as Pillow

from icons.domain.images import Format
from icons.domain.platforms import platforms
from tests.conftest import Studio, embedded, eventually, open_studio


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A working studio where nobody counts requests."""
    studio = open_studio(embedded(tmp_path_factory.mktemp("house"), ratelimit_enabled=False))
    yield studio
    studio.web.close()
    studio.house.stop()


def made(studio: Studio, prompt: str = "A quiet harbour", **body) -> dict:
    """A job that has ended."""
    client = studio.client()
    created = client.post("/api/jobs", json={"prompt": prompt, **body}, headers={"Prefer": "wait=60"}).json
    return client.get(created["statusUrl"]).json


def files_of(studio: Studio, job: dict) -> dict[str, bytes]:
    files = {}
    for each in job["result"]["images"]:
        filename = each["url"].partition("?")[0].rpartition("/")[2]
        with studio.gallery.open(studio.gallery.image(studio.caller(), filename)) as file:
            files[each["name"]] = file.read()
    return files


@pytest.fixture(scope="module")
def everything(studio: Studio) -> tuple[dict, dict[str, bytes]]:
    """One job for all platforms, and its files."""
    job = made(studio, "A beautiful sunset over mountains", platforms=[*platforms()], options={"style": "vivid"})
    assert job["status"] == "completed", job["error"]
    return job, files_of(studio, job)


def test_every_file_of_every_platform_is_there(everything) -> None:
    """Named by the platform, in its order, with its size, and of the kind that its name says."""
    job, files = everything
    expected = [
        (platform.title, asset.name, asset.width, asset.height, asset.format.value)
        for platform in platforms().values()
        for asset in platform.assets
    ]
    told = job["result"]["images"]
    assert [tuple(each[key] for key in ("platform", "name", "width", "height", "format")) for each in told] == expected
    assert {each["name"]: each["size"] for each in told} == {name: len(data) for name, data in files.items()}


def test_every_file_is_served_as_what_it_is(studio: Studio, everything) -> None:
    """The signed address of each gives its bytes to whoever has it, under the media type of its format."""
    stranger = studio.client(anonymous=True)
    for each in everything[0]["result"]["images"]:
        answer = stranger.get(each["url"])
        assert (answer.status_code, answer.mimetype) == (200, Format(each["format"]).media_type), each["name"]
        assert answer.data == everything[1][each["name"]]


@pytest.mark.parametrize("name", [each.name for one in platforms().values() for each in one.assets if not each.sizes])
def test_pictures_have_their_size_and_ground(everything, name: str) -> None:
    """Pixels as many as promised; opaque where the platform demands it, transparent where a layer goes below."""
    if name.endswith(".svg"):
        assert everything[1][name].startswith(b"<svg")
        return
    asset = next(each for one in platforms().values() for each in one.assets if each.name == name)
    picture = Pillow.open(io.BytesIO(everything[1][name]))
    assert picture.size == (asset.width, asset.height)
    if asset.ground in ("full", "only"):
        assert picture.mode == "RGB"
    if asset.ground == "none":
        assert picture.getpixel((0, 0)) == (0, 0, 0, 0)
        assert picture.getpixel((asset.width // 2, asset.height // 2))[3] > 0


def test_files_that_pack_sizes_hold_all_of_them(everything) -> None:
    """ICO with each size of its own, ICNS up to 1024 px."""
    for name, sizes in (("favicon.ico", {16, 32, 48}), ("app.ico", {16, 24, 32, 48, 64, 128, 256})):
        assert {width for width, _ in Pillow.open(io.BytesIO(everything[1][name])).info["sizes"]} == sizes
    icns = Pillow.open(io.BytesIO(everything[1]["AppIcon.icns"]))
    assert {width * scale for width, _, scale in icns.info["sizes"]} >= {32, 256, 512, 1024}


def test_small_sizes_are_drawn_anew(everything) -> None:
    """The favicon's 16 px are not the large picture made small: they show fewer, bolder things."""
    favicon = Pillow.open(io.BytesIO(everything[1]["favicon.ico"]))
    favicon.size = (16, 16)
    small = favicon.convert("RGBA")
    shrunk = Pillow.open(io.BytesIO(everything[1]["icon-512.png"])).convert("RGBA").resize((16, 16))
    assert small.tobytes() != shrunk.tobytes()


def test_the_manifest_names_the_files_beside_it(everything) -> None:
    """A browser that reads it finds every icon it lists."""
    manifest = json.loads(everything[1]["manifest.webmanifest"])
    assert {icon["src"] for icon in manifest["icons"]} <= {*everything[1]}
    assert [icon["purpose"] for icon in manifest["icons"]] == ["any", "any", "maskable"]


def test_progress_runs_through_the_bands(studio: Studio) -> None:
    """Starting, generating, downloading, saving, then a line for each platform; never backwards."""
    job = made(studio, "Bands of progress", platforms=["instagram-post", "favicon"])
    events = studio.client().get(f"/api/jobs/{job['jobId']}/events").json["events"]
    steps = [(event["stage"], event["progress"]) for event in events if event["type"] == "job_output"][1:]
    assert steps == [
        ("starting", 5),
        ("generating", 10),
        ("downloading", 30),
        ("saving", 40),
        ("platforms", 50),
        ("platforms", 75),
    ]
    assert job["logs"][-2:] == ["Processing Instagram Post...", "Processing Favicon..."]


def test_the_same_again_comes_from_the_cache(studio: Studio) -> None:
    """An equal request has ended when it is created, with the same files; another platform is other work."""
    first = made(studio, "Twice the same", platforms=["favicon"])
    again = studio.client().post("/api/jobs", json={"prompt": "Twice the same", "platforms": ["favicon"]}).json
    assert (again["status"], again["estimatedTime"]) == ("completed", "0 seconds")
    second = studio.client().get(again["statusUrl"]).json
    assert files_of(studio, second) == files_of(studio, first)
    assert second["result"]["revisedPrompt"] == first["result"]["revisedPrompt"]
    other = studio.client().post("/api/jobs", json={"prompt": "Twice the same", "platforms": ["macos"]}).json
    assert other["status"] == "queued"


def test_a_running_job_is_stopped(studio: Studio) -> None:
    """The answer waits for its worker: the job is cancelled and brings nothing."""
    client = studio.client()
    body = {"prompt": "Stop in the middle", "platforms": [*platforms()], "priority": "interactive"}
    address = client.post("/api/jobs", json=body).json["statusUrl"]
    eventually(lambda: client.get(address).json["status"] == "active")
    assert client.delete(f"{address}/cancel").json["status"] == "cancelled"
    job = client.get(address).json
    assert (job["status"], job["result"]) == ("cancelled", None)


def test_without_platforms_there_is_the_picture_itself(studio: Studio) -> None:
    """1024 px, called the original."""
    (image,) = made(studio, "Nothing else")["result"]["images"]
    assert (image["platform"], image["width"], image["height"]) == ("Original", 1024, 1024)
