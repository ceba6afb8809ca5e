"""Where the history of changes learns who acts: requests, tasks and commands."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from asgiref.sync import iscoroutinefunction
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from core.history import Actor, acting, actor

HEADER = "juara_actor"
_running: dict[str, AbstractContextManager[None]] = {}  # by the task's id


@sync_and_async_middleware
def middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """All that a request writes is its user's: by the time that a view writes, it has asked who she is."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            with acting(_actor_of(request)):
                answer: Awaitable[HttpResponseBase] = get_response(request)
                return await answer

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        with acting(_actor_of(request)):
            response: HttpResponseBase = get_response(request)
            return response

    return synchronous


def _actor_of(request: HttpRequest) -> Actor:
    return Actor(f"{request.method} {request.path}", lambda: _user_id(request))


def _user_id(request: HttpRequest) -> int | None:
    """Who is signed in, as far as a view has asked: asking here would read the session while something is written."""
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    if user is None or type(user).__name__ == "SimpleLazyObject":
        return None
    pk: int | None = user.pk
    return pk


@contextmanager
def command(arguments: Sequence[str]) -> Iterator[None]:
    """All that `manage.py import …` writes is that command's."""
    name = " ".join([Path(arguments[0]).name, *arguments[1:2]])
    with acting(Actor(name)):
        yield


def listen_to_tasks() -> None:
    """A task is its asker's: whoever led to it, request and all, goes along in the message's headers."""
    before_task_publish.connect(_send)
    task_prerun.connect(_begin)
    task_postrun.connect(_end)


def _send(*, headers: dict[str, Any], **_: object) -> None:
    if who := actor():
        headers[HEADER] = {"user": who.user_id(), "request": str(who.request)}


def _begin(*, task_id: str, task: Any, **_: object) -> None:  # noqa: ANN401 - Celery's
    sent = getattr(task.request, HEADER, None) or (task.request.headers or {}).get(HEADER) or {}
    user_id = sent.get("user")
    known = {"request": UUID(sent["request"])} if sent.get("request") else {}
    _running[task_id] = acting(Actor(f"task {task.name}", lambda: user_id, **known))
    _running[task_id].__enter__()


def _end(*, task_id: str, **_: object) -> None:
    if running := _running.pop(task_id, None):
        running.__exit__(None, None, None)
