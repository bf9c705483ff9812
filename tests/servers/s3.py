"""A real S3 server, moto's, in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
import requests

from ..conftest import eventually, free_port

KEY, SECRET = "AKIATESTS", "the secret of the tests"
BUCKET = "icons"


class S3Server:
    """Keeps everything in memory, in the bucket `BUCKET`. Told to check keys, it knows none."""

    def __init__(self, *, checks_keys: bool = False) -> None:
        self._checks_keys = checks_keys
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen | None = None

    def url(self, prefix: str = "", bucket: str = BUCKET) -> str:
        """A STORAGE_URL."""
        return f"s3://{bucket}/{prefix}?endpoint={self.endpoint}&region=us-east-1"

    @property
    def client(self):
        """Amazon's own client."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-p", str(self.port)]
        environment = dict(os.environ)
        if self._checks_keys:
            environment["INITIAL_NO_AUTH_ACTION_COUNT"] = "1"  # the making of the bucket
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self.answers, 60)
        self.client.create_bucket(Bucket=BUCKET)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.endpoint}/moto-api/", timeout=2).ok
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_s3(**options: bool) -> Iterator[S3Server]:
    """With the options of `S3Server`."""
    server = S3Server(**options)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    """An S3 server of the module's own, with its keys in the environment as operators set them."""
    with pytest.MonkeyPatch.context() as patch, running_s3() as server:
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        yield server
