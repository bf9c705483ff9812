"""Time from an accepted batch to its first event at a Socket.IO client, beside an empty round trip to the server."""

import threading
import time
from statistics import median

import requests
import socketio

from bench.serving import serving


def main() -> None:
    """Print the figure."""
    with serving(3601) as server:
        session = requests.Session()
        session.headers["X-API-Key"] = server.key
        client, heard = socketio.Client(), threading.Event()
        client.on("job_output", lambda _: heard.set())
        client.connect(server.url, auth={"token": server.key}, transports=["websocket"])
        events, trips = [], []
        for number in range(20):
            heard.clear()
            body = {"categories": [f"thing {number}"], "size": 64}
            session.post(f"{server.url}/api/icons/generate/batch", json=body, timeout=10).raise_for_status()
            accepted = time.perf_counter()
            heard.wait(10)
            events.append(time.perf_counter() - accepted)
            started = time.perf_counter()
            session.get(f"{server.url}/health", timeout=10)
            trips.append(time.perf_counter() - started)
            time.sleep(0.3)
        client.disconnect()
    first, trip = 1000 * median(events), 1000 * median(trips)
    print(f"accepted to first event: {first:.1f} ms, baseline (round trip of /health) {trip:.1f} ms")


if __name__ == "__main__":
    main()
