"""What queues and buses promise: rings arrive, and one process at a time works on an embedded storage."""

import subprocess
import sys
from pathlib import Path

import pytest

from icons.adapters.buses import open_bus
from icons.adapters.queues import open_queue
from icons.core.ports import Bus, Queue
from icons.domain.errors import SettingsError

HOLD = """
import sys, time
from pathlib import Path
from icons.adapters.queues import open_queue
queue = open_queue("embedded:", Path(sys.argv[1]))
print(queue.enlist(), flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["queue", "bus"])
def bell(request: pytest.FixtureRequest, tmp_path: Path) -> Queue | Bus:
    return open_queue("embedded:", tmp_path) if request.param == "queue" else open_bus("memory:")


def test_every_listener_hears_every_ring(bell: Queue | Bus) -> None:
    """Two listeners, two rings, four calls; one that has left hears nothing."""
    heard: list[str] = []
    leave = bell.listen(lambda: heard.append("first"))
    bell.listen(lambda: heard.append("second"))
    bell.ring()
    leave()
    leave()
    bell.ring()
    assert heard == ["first", "second", "second"]


def test_one_process_at_a_time_works(tmp_path: Path) -> None:
    """While another process holds the storage this one stands by; once that one is killed it works."""
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD,
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        queue = open_queue("embedded:", tmp_path)
        assert not queue.enlist()
    finally:
        holder.kill()
        holder.wait()
    assert queue.enlist()
    assert queue.enlist()
    queue.close()


@pytest.mark.parametrize(("opener", "url"), [(open_bus, "redis://localhost"), (lambda u: open_queue(u, Path()), "x:")])
def test_an_unknown_engine_is_refused_with_a_sentence(opener, url: str) -> None:
    """A URL that nothing serves stops the start."""
    with pytest.raises(SettingsError, match="write"):
        opener(url)
