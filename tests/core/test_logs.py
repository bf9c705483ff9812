"""Log lines: structured, and without secrets."""

import json
import logging
import subprocess
import sys

import pytest

from icons.core.logs import mask_secrets

SHOWING = """
import logging, structlog
from icons.core import logs
logs.configure("INFO", "json")
structlog.contextvars.bind_contextvars(correlation_id="c-1")
structlog.get_logger("icons").info("job.settled", job_id="j-1", note="Bearer abcdefgh12345678")
logging.getLogger("other").warning("key sk-abcdefgh12345678 refused")
try:
    raise ValueError("isk_abcdefgh12345678")
except ValueError:
    structlog.get_logger("icons").exception("job.crashed")
"""


def test_lines_are_json_with_action_and_context() -> None:
    """Own lines and those of libraries come out alike, tracebacks included, each credential blotted out."""
    done = subprocess.run([sys.executable, "-c", SHOWING], capture_output=True, text=True, check=True)
    own, foreign, crash = (json.loads(line) for line in done.stderr.splitlines())
    assert own["action"] == "job.settled"
    assert own["correlation_id"] == "c-1"
    assert own["note"] == "[secret]"
    assert foreign["action"] == "key [secret] refused"
    assert "ValueError" in crash["exception"]
    assert "abcdefgh12345678" not in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "/api/images/x.png?expires=1&signature=abcdef0123456789",
        "authorization: bearer abcdefghijklmnop",
        "isk_abcdefghijklmnop",
    ],
)
def test_credentials_are_masked(text: str) -> None:
    """Tokens, keys and signatures in any value of a line."""
    masked = mask_secrets(logging.getLogger(), "info", {"action": "x", "value": text})
    assert "[secret]" in masked["value"]
    assert text.split(".")[-1][-10:] not in masked["value"]
