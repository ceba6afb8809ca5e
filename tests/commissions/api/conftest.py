"""A company that has been paid, and tokens of its people."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import create_token
from tests.conftest import Cast
from tests.world import NOW, World, paid_world

Ask = Callable[..., Client]


@pytest.fixture
def world(cast: Cast) -> Iterator[World]:
    cache.clear()  # which counts requests
    with time_machine.travel(NOW, tick=False):
        yield paid_world(cast)


def client_of(user: User, scope: str = "read") -> Client:
    """Whatever this client asks for, it asks with a token of that person."""
    _row, text = create_token(user=user, name="test", scope=scope, days=1, now=NOW)
    return Client(headers={"Authorization": f"Token {text}"}, raise_request_exception=False)
