"""A server in each of the three runtimes."""

import pytest

from .processes import RUNTIMES, running


@pytest.fixture(scope="module", params=RUNTIMES)
def server(request, tmp_path_factory):
    """For a module's tests, once in each runtime."""
    with running(tmp_path_factory.mktemp(request.param), WEB_RUNTIME=request.param) as server:
        yield server


@pytest.fixture(params=RUNTIMES)
def own_server(request, tmp_path):
    """For one test, which may stop it; nobody draws, so what waits is sure to be waiting then. A stop may take longer
    than a test waits for it: whoever it is that it waits for, the test fails."""
    with running(tmp_path, worker=False, WEB_RUNTIME=request.param, DRAIN_SECONDS="100") as server:
        yield server
