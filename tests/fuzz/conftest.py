from collections.abc import Iterator

import pytest

from tests.conftest import Studio, embedded, open_studio


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio that is asked as often as a fuzzer likes."""
    studio = open_studio(embedded(tmp_path_factory.mktemp("fuzz"), ratelimit_enabled=False))
    yield studio
    studio.web.close()
    studio.house.stop()
