import os
import subprocess
from pathlib import Path

import pytest

from config.run.errors import RunError
from config.run.lock import Lock


def test_a_second_run_is_told_who_holds_the_run_directory(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    first.acquire("http://localhost:8000/")
    second = Lock(tmp_path / "lock")
    with pytest.raises(RunError, match=f"process {os.getpid()}, http://localhost:8000/"):
        second.acquire("http://localhost:8001/")
    os.close(first.descriptor)
    os.close(second.descriptor)


def test_the_next_run_waits_until_the_last_child_of_a_dead_one_has_gone(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    first.acquire("http://localhost:8000/")
    child = subprocess.Popen(["sleep", "0.5"], pass_fds=[first.descriptor])
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / "lock").write_text(f"{gone.pid} http://localhost:8000/")
    os.close(first.descriptor)
    second = Lock(tmp_path / "lock")
    second.acquire("http://localhost:8001/")
    assert child.wait() == 0
    assert (tmp_path / "lock").read_text() == f"{os.getpid()} http://localhost:8001/"
    os.close(second.descriptor)
