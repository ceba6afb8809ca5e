import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.run.child import Child, Command, start, wait_until_ready
from config.run.errors import RunError

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")


PARENT = """
import pathlib, subprocess, sys, time
from config.run.child import Command, start
child = start(Command("part", ["sleep", "60"]), output=subprocess.DEVNULL)
time.sleep(0.3)
pathlib.Path(sys.argv[1]).write_text(f"{child.process.pid}\\n")
time.sleep(60)
"""


def run(words: list[str], output: int = subprocess.DEVNULL, patience: float = 5.0) -> Child:
    return start(Command("part", words, patience=patience), output=output)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition: object, seconds: float = 5.0) -> bool:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_child_that_ignores_the_stop_signal_is_killed_with_all_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = run(["sh", "-c", f"trap '' TERM; sleep 60 & echo $! > {note}; wait; wait"], patience=0.2)
    assert eventually(lambda: note.exists() and note.read_text().endswith("\n"))
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert eventually(lambda: not is_alive(int(note.read_text())))


def test_a_child_gets_the_signal_it_wants_and_may_end_by_itself() -> None:
    words = ["sh", "-c", "trap 'exit 7' INT; while :; do sleep 0.01; done"]
    child = start(Command("part", words, signal.SIGINT), output=subprocess.DEVNULL)
    time.sleep(0.3)
    child.stop()
    assert child.process.returncode == 7


def test_waiting_for_a_child_that_ends_says_so_at_once() -> None:
    child = run(["sh", "-c", "exit 3"])
    with pytest.raises(RunError, match=r"^part ended with exit code 3 before it was ready\.$"):
        wait_until_ready(child, lambda: False, seconds=30)


def test_waiting_for_a_child_has_an_end() -> None:
    child = run(["sleep", "60"])
    with pytest.raises(RunError, match=r"^part was not ready after 0 seconds\.$"):
        wait_until_ready(child, lambda: False, seconds=0)
    child.stop()


@on_linux
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(note)])
    assert eventually(lambda: note.exists() and note.read_text().endswith("\n"), 20)
    child = int(note.read_text())
    assert is_alive(child)
    parent.kill()
    parent.wait()
    assert eventually(lambda: not is_alive(child))
