"""The baselines: Flask with nothing in the way, behind the same kind of server."""

import sys
from pathlib import Path

from flask import Flask, Response, jsonify, send_file
from gunicorn.app.base import BaseApplication

app = Flask(__name__)


@app.post("/json")
@app.get("/json")
def json_route() -> Response:
    """An answer as large as that of a generated icon."""
    return jsonify(
        success=True, image_url="/" + "x" * 150, metadata={f"field{number}": "value" for number in range(25)}
    )


@app.get("/file")
def file_route() -> Response:
    """One file by Flask's own means."""
    return send_file(Path(sys.argv[2]), conditional=True)


class Bare(BaseApplication):
    """gunicorn with threads, as the product runs it."""

    def load_config(self) -> None:
        """Called by gunicorn."""
        options = {"bind": f"127.0.0.1:{sys.argv[1]}", "worker_class": "gthread", "threads": 1000, "loglevel": "error"}
        options["worker_connections"] = 2000  # beyond the threads: else no connection is kept alive
        for name, value in {**options, "control_socket_disable": True}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn."""
        return app


if __name__ == "__main__":
    Bare().run()
