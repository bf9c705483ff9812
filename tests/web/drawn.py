"""A house without a worker, whose jobs the test ends itself: as a worker would, but with a picture at hand."""

import hashlib
import io
import itertools
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from PIL import Image as Pillow
from werkzeug.serving import WSGIRequestHandler, make_server

from icons.core.service import Context
from icons.domain.access import Account
from icons.domain.images import Format, Image
from icons.domain.jobs import Batch, Completed, Failed, Lease
from icons.domain.requests import BatchRequest, IconRequest
from tests.conftest import Studio, embedded, open_studio

SIZE = 300  # px
_SEEDS = itertools.count(1)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#4f46e5"/></svg>'


class OneRequestHandler(WSGIRequestHandler):
    """Closes the connection after a request: with keep-alive, Werkzeug reads on where a WebSocket has ended."""

    protocol_version = "HTTP/1.0"

    def log(self, *_) -> None:
        """Be silent."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind a real port; its base URL."""
    http = make_server("127.0.0.1", 0, app, threaded=True, request_handler=OneRequestHandler)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{http.server_port}"
    finally:
        http.shutdown()
        thread.join(timeout=5)


@contextmanager
def idle_studio(folder: Path, **overrides) -> Iterator[Studio]:
    """A studio in which nothing runs by itself."""
    studio = open_studio(embedded(folder, **overrides), work=False)
    studio.house.engines.store.leases.enlist("test")
    try:
        yield studio
    finally:
        studio.web.close()
        studio.house.stop()


def picture(number: int, form: Format = Format.PNG) -> bytes:
    """A picture of its own for each number."""
    if form is Format.SVG:
        return SVG
    out = io.BytesIO()
    noise = Pillow.effect_noise((SIZE, SIZE), 90).convert("RGB")  # incompressible, as a rich icon is
    noise.putpixel((0, 0), (number % 256, number // 256, 0))
    noise.save(out, form.value)
    return out.getvalue()


def submit(studio: Studio, *categories: str, variations: int = 1, account: Account | None = None) -> Batch:
    """A batch that no remembered answer fits; its first five jobs wait."""
    request = BatchRequest(categories, variations, shared=IconRequest(category="", seed=next(_SEEDS)))
    return studio.service.submit_batch(studio.caller(account), request, Context())


def claim(studio: Studio) -> Lease | None:
    """The next job, as a worker takes it."""
    lease = studio.house.engines.store.leases.claim("test", ("icon",), "local")
    studio.house.engines.bus.ring()
    return lease


def complete(studio: Studio, lease: Lease, form: Format = Format.PNG, data: bytes | None = None) -> Image:
    """End the job with a picture."""
    data = data or picture(lease.job.position, form)
    digest = hashlib.sha256(data).hexdigest()
    blob, image_id = f"{digest[:2]}/{digest}.{form.value}", str(uuid.uuid4())
    studio.house.engines.files.put(blob, data)
    image = Image(
        id=image_id,
        account=lease.job.account,
        filename=f"{image_id}.{form.value}",
        blob=blob,
        format=form,
        width=SIZE,
        height=SIZE,
        size=len(data),
        created_at=time.time(),
        facts={"model": "local-1"},
    )
    studio.house.engines.store.leases.settle(lease, Completed((image,), {}))
    studio.house.engines.bus.ring()
    return image


def fail(studio: Studio, lease: Lease) -> None:
    """End the job without a picture."""
    error = {"code": "PROVIDER_REFUSED", "message": "Not this.", "attempts": 1, "final": True}
    studio.house.engines.store.leases.settle(lease, Failed(error))
    studio.house.engines.bus.ring()


def complete_all(studio: Studio, data: bytes | None = None) -> list[Image]:
    """End every job that can start."""
    images = []
    while lease := claim(studio):
        images.append(complete(studio, lease, data=data))
    return images
