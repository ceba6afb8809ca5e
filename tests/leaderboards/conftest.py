from collections.abc import Iterator

import pytest

from leaderboards.selectors.standings import valkey


@pytest.fixture(autouse=True)
def _empty_valkey() -> Iterator[None]:
    valkey().flushdb()
    yield
    valkey().flushdb()
