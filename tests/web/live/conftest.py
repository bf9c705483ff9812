"""One house for a module's tests of the Socket.IO face, and Ada's client."""

import pytest

from tests.conftest import Server, log_in
from tests.web.drawn import idle_studio, served
from tests.web.live.ears import listening


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with idle_studio(tmp_path_factory.mktemp("house")) as studio:
        yield studio


@pytest.fixture(scope="module")
def server(house):
    with served(house.web.app) as url:
        yield Server(url, house, log_in(url, "ada"), log_in(url, "admin"))


@pytest.fixture
def ear(server):
    """Ada's client, from now on."""
    with listening(server.url, server.token) as ear:
        yield ear
