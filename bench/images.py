"""Images served per second from signed addresses, beside a bare send_file of the same bytes."""

import os
import sys
import tempfile
from pathlib import Path

import requests

from bench.serving import compare, process, rate, serving


def main() -> None:
    """Print the figure."""
    with serving(3601) as server, tempfile.NamedTemporaryFile(suffix=".png") as copy:
        body = {"category": "office supplies", "size": 512}
        answer = requests.post(
            f"{server.url}/api/icons/generate", json=body, headers={"X-API-Key": server.key}, timeout=60
        ).json()
        address = server.url + answer["image_url"]
        Path(copy.name).write_bytes(requests.get(address, timeout=10).content)
        command = [sys.executable, "-m", "bench.bare", "3602", copy.name]
        bare = "http://127.0.0.1:3602/file"
        with process(command, dict(os.environ), bare):
            compare(f"images of {answer['bytes'] // 1000} KB", lambda: rate(address, {}), lambda: rate(bare, {}))


if __name__ == "__main__":
    main()
