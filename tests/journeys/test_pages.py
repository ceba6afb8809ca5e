"""Each main page as each role sees it: at phone and desktop width, light and dark, in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.conftest import Demo
from tests.journeys.shots import SHOTS, Shot, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
ROLES = ("", "rep", "manager", "finance", "admin")
MISSING = "not-found"  # the page that is meant to be a 404
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}  # all else stays
axe = Axe()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
@pytest.mark.parametrize(("width", "language"), [(390, "id"), (1440, "en")])
def test_every_page_fits_loads_and_can_be_used_by_everybody(demo: Demo, role: str, width: int, language: str) -> None:
    context = _context(demo, role, width, language)
    trouble = {shot.name: found for shot in SHOTS if shot.role == role and (found := _trouble(context, demo.url, shot))}
    context.close()
    assert trouble == {}


def _context(demo: Demo, role: str, width: int, language: str) -> BrowserContext:
    options: dict[str, Any] = {"viewport": PHONE if width == PHONE["width"] else DESKTOP, "color_scheme": "light"}
    context = demo.visitor(role, **options)
    context.add_cookies([{"name": "django_language", "value": language, "url": demo.url}])
    return context


def _trouble(context: BrowserContext, url: str, shot: Shot) -> list[str]:
    page = context.new_page()
    with _heard(page) as failures:
        wrong = visit(page, url, shot)
        found = [*([wrong] if wrong else []), *_violations(page, "light", WCAG)]
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        found += _violations(page, "dark", CONTRAST)
    page.close()
    return found + ([] if shot.name == MISSING else failures)


@contextmanager
def _heard(page: Page) -> Iterator[list[str]]:
    """What the page complains of in its console, and the requests of it that fail."""
    failures: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            failures.append(f"console: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            failures.append(f"{response.status} {response.url}")

    def on_failure(request: Request) -> None:
        if "/live/" not in request.url:  # a stream ends with its page
            failures.append(f"{request.failure} {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: failures.append(f"script: {error}"))
    page.on("response", on_response)
    page.on("requestfailed", on_failure)
    yield failures


def _violations(page: Page, theme: str, options: dict[str, Any]) -> list[str]:
    found: list[dict[str, Any]] = axe.run(page, options=options).response["violations"]
    return [
        f"{theme}: {rule['id']}: {node['target']} {node['html'][:160]} {node['any'][:1] and node['any'][0]['message']}"
        for rule in found
        for node in rule["nodes"][:3]
    ]
