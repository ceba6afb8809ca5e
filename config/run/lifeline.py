"""Become a command that cannot outlive its parent: `lifeline.py PARENT_PID SIGNAL USER COMMAND...`.

A program of its own, because code between fork and exec of a threaded parent may deadlock. Steps:

1. drop to USER (a uid, or `-` to stay), which must come first: changing the uid forgets step 2;
2. ask Linux to send SIGNAL when the parent dies, even of kill -9 (elsewhere only an orderly stop ends the command);
3. let signals end it again, which a shell that starts us in the background makes us ignore;
4. leave if the parent has died meanwhile;
5. execute COMMAND under this same process id.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def drop_to(uid: int) -> None:
    """Give up root for good and become the user `uid`."""
    account = pwd.getpwuid(uid)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(uid)
    os.environ.update(HOME="/", USER=account.pw_name, LOGNAME=account.pw_name)


def main(arguments: list[str]) -> None:
    """Follow the steps above; returns only when the parent is gone."""
    parent, signal_number, user, *command = arguments
    if user != "-":
        drop_to(int(user))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if os.getppid() == int(parent):
        os.execvp(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
