"""Open pages hear that something changed, over server-sent events. What it is they fetch themselves.

A channel is a name such as `board-revenue-person-2026-11` or `person-7`; an event is the channel's name and nothing
else. A page says which version of each channel it shows (`address`), so that nothing is missed between its rendering
and its stream, or while a stream was broken. Each process keeps one subscription to Valkey for all its open pages, and
an open page holds no database connection.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBadRequest,
    HttpResponseBase,
    HttpResponseForbidden,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.views.decorators.http import require_GET
from redis import Redis, RedisError
from redis import asyncio as aioredis
from redis.asyncio.client import PubSub

logger = logging.getLogger(__name__)

SPACING: Final = 0.2  # seconds between two events of a channel; the last of a burst is always delivered
KEEP_ALIVE: Final = 15.0  # seconds of silence after which a comment finds out whether anybody is there
LIFETIME: Final = 600.0  # seconds; the browser comes back at once, and its right to listen is looked at again
MOST_CHANNELS: Final = 20
_PAUSES: Final = (0.1, 0.2, 0.5, 1.0, 2.0)  # seconds between attempts to reach Valkey
_REMEMBERED: Final = 2 * 86_400  # seconds; a forgotten version costs one fetch

_ALL: Final = ""  # stands for every channel
# Versions and message in one step: nobody reads a version whose message is not under way. A version has two parts, the
# count of changes of everything and the count of the channel's own.
_PUBLISH = """
local all = redis.call('GET', ARGV[2] .. ARGV[3]) or ''
local versions = {}
for _, key in ipairs(KEYS) do
    versions[string.sub(key, #ARGV[2] + 1)] = all .. '.' .. redis.call('INCR', key)
    redis.call('EXPIRE', key, ARGV[4])
end
redis.call('PUBLISH', ARGV[1], cjson.encode(versions))
"""

Policy = Callable[[Any, str], bool]  # (user, what follows the prefix) -> may listen
_policies: dict[str, Policy] = {}


def admit(prefix: str, policy: Policy) -> None:
    """Say who may listen to the channels of a prefix; what nobody has admitted is not found."""
    _policies[prefix] = policy


def publish(channels: Iterable[str]) -> None:
    """Tell every page that shows one of these, in whatever process. Call it after the commit."""
    keys = _keys(sorted(set(channels)))
    if keys:
        _valkey().eval(_PUBLISH, len(keys), *keys, _topic(), _key(""), _ALL, str(_REMEMBERED))


def publish_all() -> None:
    """Tell every page, whatever it shows: when so much has changed that nobody can name it."""
    pipeline = _valkey().pipeline()
    pipeline.incr(_key(_ALL))
    pipeline.publish(_topic(), json.dumps({_ALL: ""}))
    pipeline.execute()


def address(channels: Iterable[str]) -> str:
    """The stream of these channels as of now. Take it before reading what the page shows.

    Without Valkey there are no versions: the page is told to fetch again once the stream is up.
    """
    names = sorted(set(channels))
    try:
        versions = _versions(names, cast("list[str | None]", _valkey().mget(_keys([_ALL, *names]))))
    except RedisError:
        versions = dict.fromkeys(names, "")
    return f"{reverse('live')}?{urlencode(versions)}"


@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """The events of the channels in the address: `?<channel>=<version shown>&…`."""
    seen = {name: request.GET[name] for name in request.GET}
    if not 0 < len(seen) <= MOST_CHANNELS:
        return HttpResponseBadRequest(f"Name 1 to {MOST_CHANNELS} channels.")
    if isinstance(request.user, AnonymousUser):
        return HttpResponseForbidden("Sign in to listen.")
    if not all(_may_listen(request.user, channel) for channel in seen):
        raise Http404
    _let_go_of_the_database()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(_events(seen), content_type="text/event-stream", headers=headers)


def _may_listen(user: object, channel: str) -> bool:
    prefix, _, rest = channel.partition("-")
    policy = _policies.get(prefix)
    return policy is not None and policy(user, rest)


def _let_go_of_the_database() -> None:
    """Django would keep the request's connection until the stream ends: eight open pages would be the whole pool."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


class _Page:
    """One open stream: the versions it has been told of, and the channels it has not been told of yet."""

    def __init__(self, seen: Mapping[str, str]) -> None:
        self.seen = dict(seen)
        self._due: dict[str, float] = {}  # channel -> earliest time of its event
        self._told: dict[str, float] = {}
        self._woken = asyncio.Event()

    def hear(self, versions: Mapping[str, str]) -> None:
        now = asyncio.get_running_loop().time()
        for channel in self.seen.keys() & versions.keys():
            if self.seen[channel] != versions[channel]:
                self.seen[channel] = versions[channel]
                self._due.setdefault(channel, max(now, self._told.get(channel, 0.0) + SPACING))
                self._woken.set()

    async def next(self) -> list[str]:
        """The channels whose time has come; none after a silence."""
        loop = asyncio.get_running_loop()
        silence = loop.time() + KEEP_ALIVE
        while True:
            now = loop.time()
            channels = sorted(channel for channel, due in self._due.items() if due <= now)
            if channels or now >= silence:
                break
            await self._wait(min([silence, *self._due.values()]) - now)
        for channel in channels:
            del self._due[channel]
            self._told[channel] = now
        return channels

    async def _wait(self, seconds: float) -> None:
        self._woken.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)


async def _events(seen: Mapping[str, str]) -> AsyncIterator[bytes]:
    hub = _hub()
    page = _Page(seen)
    ends_at = asyncio.get_running_loop().time() + LIFETIME
    yield b"retry: 1000\n\n"
    try:
        await hub.open(page)
        while asyncio.get_running_loop().time() < ends_at:
            channels = await page.next()
            yield "".join(f"event: {name}\ndata:\n\n" for name in channels).encode() or b":\n\n"
    finally:
        hub.close(page)


class _Hub:
    """All open pages of a process, and the one subscription that serves them."""

    def __init__(self) -> None:
        self._pages: set[_Page] = set()
        self._listening: asyncio.Task[None] | None = None
        self._subscribed: aioredis.Redis | None = None

    async def open(self, page: _Page) -> None:
        self._pages.add(page)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())
        elif self._subscribed:
            await self._catch_up([page])
        # else: every page catches up as soon as the subscription stands

    def close(self, page: _Page) -> None:
        self._pages.discard(page)
        if not self._pages and self._listening:
            self._listening.cancel()
            self._listening = self._subscribed = None

    async def _listen(self) -> None:
        """Subscribe, and again whenever the connection is lost: what was missed shows in the versions."""
        pauses = iter(_PAUSES)
        while True:
            client = aioredis.Redis.from_url(settings.REDIS_URL, decode_responses=True, health_check_interval=10)
            try:
                async with client, client.pubsub() as subscription:
                    await subscription.subscribe(_topic())
                    self._subscribed, pauses = client, iter(_PAUSES)
                    await self._hear(subscription)
            except (RedisError, OSError) as lost:
                self._subscribed = None
                logger.warning("Live events are interrupted, trying again: %s", lost)
            await asyncio.sleep(next(pauses, _PAUSES[-1]))

    async def _hear(self, subscription: PubSub) -> None:
        while True:
            message = await subscription.get_message(timeout=5.0)
            if message is None:
                continue
            if message["type"] == "subscribe":
                await self._catch_up(list(self._pages))
            elif message["type"] == "message":
                await self._tell(json.loads(message["data"]))

    async def _tell(self, versions: Mapping[str, str]) -> None:
        if _ALL in versions:
            await self._catch_up(list(self._pages))
        else:
            for page in list(self._pages):
                page.hear(versions)

    async def _catch_up(self, pages: list[_Page]) -> None:
        names = sorted({name for page in pages for name in page.seen})
        if not self._subscribed or not names:
            return
        try:
            found = cast("list[str | None]", await self._subscribed.mget(_keys([_ALL, *names])))
        except (RedisError, OSError):
            return  # the subscription is lost with it, and catches up with every page when it is back
        versions = _versions(names, found)
        for page in pages:
            page.hear(versions)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Hub]" = WeakKeyDictionary()


def _hub() -> _Hub:
    return _hubs.setdefault(asyncio.get_running_loop(), _Hub())


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, decode_responses=True)


@cache
def _topic() -> str:
    """Pub/sub knows no databases: two installations that share a server must not hear each other."""
    return f"live:{_valkey().connection_pool.connection_kwargs.get('db', 0)}"


def _versions(names: list[str], found: Sequence[str | None]) -> dict[str, str]:
    """What the keys of everything and of these channels hold, as the versions of the channels."""
    return {name: f"{found[0] or ''}.{own or 0}" for name, own in zip(names, found[1:], strict=True)}


def _keys(channels: Iterable[str]) -> list[str]:
    return [_key(channel) for channel in channels]


def _key(channel: str) -> str:
    return f"live:{channel}"
