import tempfile
from collections.abc import Iterator
from pathlib import Path

import environ
import pytest
import redis
from kombu import Connection

from config.run import ground, places, valkey
from config.run.errors import RunError


@pytest.fixture(autouse=True)
def _compute_places_anew() -> Iterator[None]:
    yield
    places.run_directory.cache_clear()
    places.socket_directory.cache_clear()


def run_from(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_DIR", str(directory))
    places.run_directory.cache_clear()
    places.socket_directory.cache_clear()


def test_sockets_are_in_the_run_directory_when_their_path_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    run_from(Path("/srv/juara"), monkeypatch)
    assert places.socket_directory() == Path("/srv/juara/sockets")


def test_sockets_of_a_deep_checkout_get_a_short_directory_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    run_from(Path("/srv") / ("deep" * 30), monkeypatch)
    first = places.socket_directory()
    run_from(Path("/srv") / ("deep" * 31), monkeypatch)
    second = places.socket_directory()
    assert first != second
    assert first.parent.parent == second.parent.parent == Path("/", "tmp")
    assert len(str(first / places.POSTGRES_SOCKET)) <= places.LONGEST_SOCKET_PATH


def test_a_socket_directory_prepared_as_a_link_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run_from(tmp_path / ("deep" * 30), monkeypatch)
    trap = places.socket_directory().parent
    trap.symlink_to(tmp_path)
    places.socket_directory.cache_clear()
    try:
        with pytest.raises(RunError, match="cannot be trusted"):
            places.socket_directory()
    finally:
        trap.unlink()


def test_django_reads_a_socket_path_with_spaces_and_capitals() -> None:
    directory = Path("/srv/My App+1/sockets")
    database = environ.Env.db_url_config(places.database_url(directory))
    assert (database["HOST"], database["NAME"], database["USER"]) == (str(directory), "juara", "juara")


def test_celery_and_redis_meet_in_one_database_whatever_the_socket_path() -> None:
    with tempfile.TemporaryDirectory(prefix="juara +", dir="/tmp") as name:
        directory = Path(name)
        ground.make_run_directory(directory)
        with (directory / "log").open("wb") as log:
            server = valkey.launch(directory / "data", directory / "s", settings=valkey.THROWAWAY, output=log.fileno())
        try:
            address = places.redis_url(directory / "s", 3)
            with Connection(places.celery_broker_url(address)) as broker:
                broker.SimpleQueue("mail").put("hello")
            with redis.Redis.from_url(address) as client:
                assert client.llen("mail") == 1
        finally:
            server.stop()


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run_from(tmp_path, monkeypatch)
    assert places.secret_key() == places.secret_key()
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
