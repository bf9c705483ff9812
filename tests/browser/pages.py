"""Pages that draw in different ways, for the extension to use: each paints one colour, which its prompt names."""

import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from PIL import Image as Pillow

from ..web.drawn import picture

SIDE = 64  # px
FIELDS = {
    "textarea": '<textarea id="prompt"></textarea>',
    "editable": '<div id="prompt" contenteditable="true"><p>Describe a picture</p></div>',
}
READ = {
    "textarea": "() => prompt.value",
    "editable": "() => prompt.innerText",
    # As editors with a model of their own: they take what is typed and never look at the page.
    "model": "() => model",
}
SHOW = {
    "data": "image.src = paint(colour).toDataURL();",
    "blob": "paint(colour).toBlob((blob) => { image.src = URL.createObjectURL(blob); });",
    "address": "image.src = `/picture.png?colour=${encodeURIComponent(colour)}`;",
    "open": "image.src = `${elsewhere}/open.png?colour=${encodeURIComponent(colour)}`;",
    "closed": "image.src = `${elsewhere}/picture.png?colour=${encodeURIComponent(colour)}`;",
    "tainted": """
        const foreign = new Image();
        foreign.onload = () => canvas.getContext("2d").drawImage(foreign, 0, 0);
        foreign.src = `${elsewhere}/picture.png?colour=${encodeURIComponent(colour)}`;
    """,
    "large": "image.src = '/large.png';",
    "canvas": 'canvas.getContext("2d").drawImage(paint(colour), 0, 0);',
}
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>A page that draws</title>
{field}
<button id="draw" disabled>Draw</button>
<img id="shown" alt="">
<canvas width="{side}" height="{side}"></canvas>
<script>
  const find = (selector) => document.querySelector(selector);
  const [prompt, button, image, canvas] = ["#prompt", "#draw", "#shown", "canvas"].map(find);
  const elsewhere = "{elsewhere}";
  let model = "";
  prompt.addEventListener("beforeinput", (event) => {{
    if (event.inputType !== "insertText" || "{field_kind}" !== "model") return;
    model = event.data;
    button.disabled = false;
    event.preventDefault();
  }});
  prompt.addEventListener("input", () => {{ button.disabled = false; }});
  const read = {read};
  function paint(colour) {{
    const made = Object.assign(document.createElement("canvas"), {{ width: {side}, height: {side} }});
    const pen = made.getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, {side}, {side});
    return made;
  }}
  button.onclick = () => {{
    const colour = read().trim();
    setTimeout(() => {{ {show} }}, 300);
  }};
</script>
"""


@dataclass
class Pages:
    """A site, and another one whose pictures it shows."""

    url: str
    elsewhere: str

    def drawing(self, *, field: str = "textarea", show: str = "canvas") -> str:
        """Address of a page with this kind of field that shows its picture in this way."""
        return f"{self.url}/page?field={field}&show={show}"


def _picture(colour: str) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (SIDE, SIDE), colour).save(out, "PNG")
    return out.getvalue()


class _Handler(http.server.BaseHTTPRequestHandler):
    elsewhere = ""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/away":  # to the same server under a name that the extension has no permission for
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/page?field=textarea&show=canvas")
            self.end_headers()
        elif parts.path in ("/picture.png", "/open.png"):
            self._give(_picture(asked["colour"]), "image/png", cross_origin=parts.path == "/open.png")
        elif parts.path == "/large.png":
            self._give(picture(1), "image/png")
        elif parts.path == "/framed":
            self._give(b'<iframe src="/page?field=textarea&show=canvas"></iframe>', "text/html")
        elif parts.path == "/page":
            self._give(self._page(asked["field"], asked["show"]).encode(), "text/html")
        else:
            self.send_error(404)

    def _page(self, field: str, show: str) -> str:
        shape = FIELDS["editable" if field == "model" else field]
        return PAGE.format(
            field_kind=field, field=shape, read=READ[field], show=SHOW[show], side=SIDE, elsewhere=self.elsewhere
        )

    def _give(self, body: bytes, kind: str, *, cross_origin: bool = False) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if cross_origin:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def serving() -> Iterator[Pages]:
    """The two sites."""
    other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    elsewhere = f"http://127.0.0.1:{other.server_port}"
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Site", (_Handler,), {"elsewhere": elsewhere}))
    for each in (other, site):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    yield Pages(f"http://127.0.0.1:{site.server_port}", elsewhere)
    for each in (other, site):
        each.shutdown()
