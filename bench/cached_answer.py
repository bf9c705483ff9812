"""Answers from the cache per second, with key, limits and log, beside a bare Flask route that returns as much JSON."""

import json
import os
import sys

import requests

from bench.serving import compare, process, rate, serving

BODY = json.dumps({"category": "office supplies", "style": "flat", "size": 64}).encode()


def main() -> None:
    """Print the figure."""
    bare = "http://127.0.0.1:3602/json"
    with serving(3601) as server, process([sys.executable, "-m", "bench.bare", "3602", ""], dict(os.environ), bare):
        address, headers = f"{server.url}/api/icons/generate", {"X-API-Key": server.key}
        login = requests.post(address, data=BODY, headers={**headers, "Content-Type": "application/json"}, timeout=60)
        login.raise_for_status()
        compare("cached answers", lambda: rate(address, headers, BODY), lambda: rate(bare, {}, BODY))


if __name__ == "__main__":
    main()
