"""What a process of green threads has others do."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from icons.core.aside import natively

ROOT = Path(__file__).parents[2]
PATCHED = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
# The kernel's lock is free once another green thread has had its turn; native code that waits for it gives none.
WAITING = """
import fcntl, sys, threading
from icons.core.aside import natively
ours, theirs = open(sys.argv[1]), open(sys.argv[1])
fcntl.flock(ours, fcntl.LOCK_EX)
threading.Thread(target=fcntl.flock, args=(ours, fcntl.LOCK_UN)).start()
natively(fcntl.flock, theirs, fcntl.LOCK_EX)
try:
    natively(int, "no number")
except ValueError as error:
    print(error)
"""


@pytest.mark.parametrize("runtime", PATCHED)
def test_native_code_that_waits_stops_no_green_thread(runtime: str, tmp_path: Path) -> None:
    """And what it raises is raised by the call, and printed nowhere else."""
    lock = tmp_path / "lock"
    lock.touch()
    command = [sys.executable, "-W", "ignore", "-c", f"{PATCHED[runtime]}\n{WAITING}", lock]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "invalid literal for int() with base 10: 'no number'\n"


def test_without_green_threads_the_call_is_made_as_it_is() -> None:
    """In the caller's own thread."""
    assert natively(threading.get_ident) == threading.get_ident()
