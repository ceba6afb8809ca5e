"""Debian's Chromium, started the same way for tests and for screenshots."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


class NoBrowserError(RuntimeError):
    """Chromium could not be started."""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Error as reason:
            raise NoBrowserError(
                f"Chromium does not start from {CHROMIUM}. Install it (apt install chromium), or name another with "
                f"CHROMIUM. It said: {reason}"
            ) from reason
        yield browser
        browser.close()


def sign_in(page: Page, url: str, email: str, password: str) -> None:
    """Through the page that people use; raises when the server refuses."""
    page.goto(f"{url}/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.press("#id_password", "Enter")
    if "/accounts/login" in page.url:
        raise AssertionError(f"{email} could not sign in: {page.inner_text('main')}")
