"""What becomes of requests whose worker sends an address, takes too long, or never comes."""

import http.server
import threading

import pytest

from icons.adapters.fetcher import GuardedFetcher
from tests.conftest import Studio, eventually
from tests.web.drawn import picture, served
from tests.web.live.hands import NAME, generate, hired


@pytest.fixture
def gallery_site():
    """A site with a picture, a page, and a fault that passes."""
    faults = [500]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page, faulty = self.path == "/page", self.path == "/faulty.png" and faults
            away = self.path == "/away.png"
            self.send_response(faults.pop() if faulty else 302 if away else 200)
            self.send_header("Content-Type", "text/html" if page else "image/png")
            if away:
                self.send_header("Location", "/cat.png")
            self.end_headers()
            self.wfile.write(b"<html>" if page else picture(9))

        def log_message(self, *_: object) -> None:
            pass

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()


@pytest.fixture
def studio(new_studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A house that works, and may fetch from the test's own site."""
    monkeypatch.setattr("app.GuardedFetcher", lambda **_: GuardedFetcher(allow_private=True, allow_http=True))
    return new_studio(ratelimit_enabled=False, retry_base_ms=1, draw_processes=1)


def ended(studio: Studio, request_id: str) -> dict:
    assert studio.service.wait(studio.caller(), request_id, 30).state.final
    return studio.client().get(f"/api/images/{request_id}").json


def lines(studio: Studio, request_id: str) -> list[str]:
    events = studio.service.events(studio.caller(), 0, 100, job_id=request_id)
    return [event.data["stage"] for event in events if "stage" in event.data]


@pytest.mark.parametrize("name", ["cat.png", "faulty.png"])
def test_an_address_is_fetched_by_the_house(studio: Studio, gallery_site: str, name: str) -> None:
    """By its own worker, not by the web server; a fault that passes is tried again; the status says downloading."""
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        request_id = generate(studio)
        hand.hear("generate_image")
        hand.say("image_generated", requestId=request_id, imageUrl=f"{gallery_site}/{name}", metadata={"model": "m"})
        record = ended(studio, request_id)
    assert (record["status"], record["metadata"]["model"]) == ("completed", "m")
    assert "downloading" in lines(studio, request_id)
    assert studio.client().get(record["imageUrl"]).data.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["page", "away.png"])
def test_what_is_no_picture_is_not_fetched(studio: Studio, gallery_site: str, name: str) -> None:
    """ERR_DOWNLOAD_FAILED, at once; an address that leads elsewhere is none either."""
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        request_id = generate(studio)
        hand.hear("generate_image")
        hand.say("image_generated", requestId=request_id, imageUrl=f"{gallery_site}/{name}")
        record = ended(studio, request_id)
    assert (record["status"], record["code"]) == ("failed", "ERR_DOWNLOAD_FAILED")


def test_a_failed_download_is_made_anew_when_it_is_retried(studio: Studio, gallery_site: str) -> None:
    """The worker is asked once more, rather than the address that was no picture."""
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        request_id = generate(studio)
        hand.hear("generate_image")
        hand.say("image_generated", requestId=request_id, imageUrl=f"{gallery_site}/page")
        assert ended(studio, request_id)["status"] == "failed"
        studio.service.retry(studio.caller(), request_id)
        assert hand.hear("generate_image")["requestId"] == request_id
        hand.deliver(request_id)
        assert ended(studio, request_id)["status"] == "completed"


def test_inner_addresses_are_out_of_reach(new_studio, gallery_site: str) -> None:
    """A worker cannot have the house look around inside."""
    studio = new_studio(ratelimit_enabled=False, draw_processes=1)
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        request_id = generate(studio)
        hand.hear("generate_image")
        hand.say("image_generated", requestId=request_id, imageUrl=f"{gallery_site}/cat.png")
        record = ended(studio, request_id)
    assert (record["status"], record["code"]) == ("failed", "ERR_DOWNLOAD_FAILED")


def test_who_holds_a_request_for_too_long_loses_it(new_studio) -> None:
    """ERR_TIMEOUT, and the worker is told to stop."""
    studio = new_studio(work=False, ratelimit_enabled=False, request_timeout_ms=1000)
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        beating = hand.beat(0.5)
        request_id = generate(studio)
        hand.hear("generate_image")
        assert hand.hear("cancel_image")["requestId"] == request_id
        record = ended(studio, request_id)
        beating.set()
    assert (record["status"], record["code"]) == ("failed", "ERR_TIMEOUT")


def test_who_never_delivers_does_not_keep_others_from_it(new_studio) -> None:
    """Once it has let a request run out of time, it is not asked any more where another can do it, and is free."""
    studio = new_studio(work=False, ratelimit_enabled=False, request_timeout_ms=1000)
    with served(studio.web.app) as url, hired(url, studio.key(), capacity=5) as idler:
        beating = idler.beat(0.5)
        lost = generate(studio)
        assert idler.hear("generate_image")["requestId"] == lost
        assert idler.hear("cancel_image")["requestId"] == lost
        with hired(url, studio.key()) as hand:
            done = hand.work()
            requests = [generate(studio) for _ in range(5)]
            assert [ended(studio, each)["status"] for each in requests] == ["completed"] * 5
            assert sorted(done) == sorted(requests)
        beating.set()


def test_what_waits_in_vain_for_too_long_fails(new_studio) -> None:
    """ERR_NO_EXTENSION: its worker has gone, and none came."""
    studio = new_studio(work=False, ratelimit_enabled=False, request_timeout_ms=1000)
    with served(studio.web.app) as url:
        with hired(url, studio.key()) as hand:
            hand.say("heartbeat", extensionId=NAME, status={"available": False})
            eventually(lambda: not studio.service.workers(studio.caller())[0].available)
            request_id = generate(studio)
        record = ended(studio, request_id)
    assert (record["status"], record["code"]) == ("failed", "ERR_NO_EXTENSION")


def test_an_unavailable_worker_is_waited_for(new_studio) -> None:
    """As long as it is connected, what it could do waits for it."""
    studio = new_studio(work=False, ratelimit_enabled=False, request_timeout_ms=1000)
    store = studio.house.engines.store
    with served(studio.web.app) as url, hired(url, studio.key()) as hand:
        hand.say("heartbeat", extensionId=NAME, status={"available": False})
        eventually(lambda: not studio.service.workers(studio.caller())[0].available)
        request_id = generate(studio)
        assert store.workers.give_up(0.0, 10.0, {"code": "X", "message": "x", "attempts": 1, "final": False}) == 0
        hand.say("heartbeat", extensionId=NAME, status={"available": True})
        assert hand.hear("generate_image")["requestId"] == request_id
        hand.deliver(request_id)
        assert ended(studio, request_id)["status"] == "completed"
