"""Screenshots of the main pages of the demo company, by role, width, theme and language.

`python -m config.run.throwaway python -m tests.journeys.shots FOLDER [--only statement] [--url http://localhost:8000]`
"""

import argparse
import os
import re
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import django
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.browser import DESKTOP, PHONE, chromium, sign_in

STATEMENT = r"^/commissions/statements/\d+/?$"
SIZES = {"390": PHONE, "1440": DESKTOP}


@dataclass(frozen=True)
class Shot:
    name: str
    role: str  # of the demo login; empty: nobody is signed in
    path: str
    follow: tuple[str, ...] = ()  # patterns of links, each followed once from the page before


SHOTS = (
    Shot("scores-paste", "manager", "/commissions/scores/paste"),
    Shot("login", "", "/accounts/login/"),
    Shot("password-reset", "", "/accounts/password/reset/"),
    Shot("home-rep", "rep", "/"),
    Shot("home-manager", "manager", "/"),
    Shot("home-finance", "finance", "/"),
    Shot("home-admin", "admin", "/"),
    Shot("statements-rep", "rep", "/commissions/statements/"),
    Shot("statement", "rep", "/commissions/statements/", (STATEMENT,)),
    Shot("line", "rep", "/commissions/statements/", (STATEMENT, r"^/commissions/lines/\d+/?$")),
    Shot("statement-manager", "manager", "/", (STATEMENT,)),
    Shot("line-manager", "manager", "/", (STATEMENT, r"^/commissions/lines/\d+/?$")),
    Shot("deal-manager", "manager", "/sales/deals/?status=won", (r"^/sales/deals/\d+/?$",)),
    Shot("statements-finance", "finance", "/commissions/statements/"),
    Shot("estimator", "rep", "/commissions/estimator/"),
    Shot("plans", "rep", "/commissions/plans/"),
    Shot("plan", "admin", "/commissions/plans/", (r"^/commissions/plans/\d+/?$",)),
    Shot("plan-new", "admin", "/commissions/plans/new"),
    Shot("plan-blank", "admin", "/commissions/plans/new/write"),
    Shot("plan-write", "admin", "/commissions/plans/", (r"^/commissions/plans/\d+/?$", r"/write\?version=\d+$")),
    Shot("periods", "finance", "/commissions/periods/"),
    Shot("period", "finance", "/commissions/periods/", (r"^/commissions/periods/[^/]*\d{4}[^/]*/?$",)),
    Shot("roster", "admin", "/commissions/people/"),
    Shot("roster-several", "finance", "/commissions/people/?show=several"),
    Shot("roster-paste", "admin", "/commissions/people/paste"),
    Shot("roster-person", "admin", "/commissions/people/", (r"^/commissions/people/\d+/?$",)),
    Shot("history", "finance", "/history/?kind=commissions.planversion"),
    Shot("history-deal", "admin", "/history/?kind=sales.deal"),
    Shot("acceptances", "finance", "/commissions/acceptances/"),
    Shot("accept", "rep", "/", (r"^/commissions/plans/\d+/",)),
    Shot("scores", "manager", "/commissions/scores/"),
    Shot("scores-finance", "finance", "/commissions/scores/"),
    Shot("adjustments", "finance", "/commissions/adjustments/"),
    Shot("adjustment-new", "manager", "/commissions/adjustments/new"),
    Shot("adjustment-split", "finance", "/commissions/adjustments/split"),
    Shot("adjustments-list", "finance", "/commissions/adjustments/list"),
    Shot("adjustment-limits", "admin", "/commissions/adjustments/limits"),
    Shot("disputes", "manager", "/commissions/disputes/"),
    Shot("dispute-new", "rep", "/commissions/statements/", (STATEMENT, r"/dispute\?about=deal$")),
    Shot("whatif", "finance", "/commissions/whatif/"),
    Shot("scenarios", "finance", "/commissions/whatif/scenarios/"),
    Shot("board", "rep", "/leaderboards/"),
    Shot("board-team", "rep", "/leaderboards/", (r"by=team",)),
    Shot("deals", "rep", "/sales/deals/"),
    Shot("deal", "rep", "/sales/deals/", (r"^/sales/deals/\d+/?$",)),
    Shot("deal-won", "finance", "/sales/deals/?status=won&sort=closed", (r"^/sales/deals/\d+/?$",)),
    Shot("deal-edit", "admin", "/sales/deals/?status=won", (r"^/sales/deals/\d+/?$", r"/edit$")),
    Shot("deal-new", "admin", "/sales/deals/new"),
    Shot("payouts-due", "finance", "/payouts/"),
    Shot("payouts-batches", "finance", "/payouts/batches/"),
    Shot("payouts-accounts", "finance", "/payouts/accounts/"),
    Shot("payouts-mine", "rep", "/payouts/mine/"),
    Shot("payouts-account-new", "rep", "/payouts/mine/account"),
    Shot("payouts-company", "admin", "/payouts/company/"),
    Shot("payouts-company-account", "admin", "/payouts/company/account"),
    Shot("payouts-file", "admin", "/payouts/company/files/new?ready=ADP"),
    Shot("rates", "finance", "/sales/rates/"),
    Shot("rates-edit", "finance", "/sales/rates/", (r"^/sales/rates/\d+/?$",)),
    Shot("imports", "admin", "/sales/imports/"),
    Shot("import-new", "admin", "/sales/imports/new"),
    Shot("people", "admin", "/people/"),
    Shot("person", "admin", "/people/", (r"^/people/\d+/?$",)),
    Shot("leave", "admin", "/people/?q=nurul", (r"^/people/\d+/?$", r"/leave$")),
    Shot("leave-edit", "admin", "/people/?q=nurul", (r"^/people/\d+/?$", r"/leave$", r"^/people/leave/\d+$")),
    Shot("teams", "admin", "/people/teams/"),
    Shot("profile", "rep", "/people/me/"),
    Shot("password-change", "rep", "/accounts/password/change/"),
    Shot("not-found", "rep", "/nothing/"),
)


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    failures = 0
    with ExitStack() as at_the_end:
        url = options.url or at_the_end.enter_context(_own_server())
        browser = at_the_end.enter_context(chromium())
        for width, theme, language in product(options.widths, options.themes, options.languages):
            failures += _round(browser, url, options, width, theme, language)
    return 1 if failures else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="shots", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="", help="a running application with the demo company (default: start one)")
    parser.add_argument("--only", default="", help="only shots whose name contains this")
    parser.add_argument("--widths", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--themes", nargs="+", default=["light", "dark"], choices=["light", "dark"])
    parser.add_argument("--languages", nargs="+", default=["en", "id"], choices=["en", "id"])
    return parser.parse_args(arguments)


def _own_server() -> "_Server":
    return _Server()


class _Server(ExitStack):
    """The demo company, served for as long as the block lasts."""

    def __enter__(self) -> str:  # type: ignore[override]
        from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

        from tests.stack import stack  # noqa: PLC0415

        call_command("demo")
        folder = Path(self.enter_context(tempfile.TemporaryDirectory(prefix="juara-shots-")))
        return self.enter_context(stack(folder, "web")).url


def _round(browser: Browser, url: str, options: argparse.Namespace, width: str, theme: str, language: str) -> int:
    failures = 0
    contexts: dict[str, BrowserContext] = {}
    for shot in (one for one in SHOTS if options.only in one.name):
        if shot.role not in contexts:
            contexts[shot.role] = _context(browser, url, shot.role, width, theme, language)
        page = contexts[shot.role].new_page()
        trouble = _take(page, url, shot, options.folder / f"{shot.name}-{width}-{theme}-{language}.png")
        page.close()
        if trouble:
            failures += 1
            sys.stdout.write(f"{shot.name} at {width} px, {theme}, {language}: {trouble}\n")
    for context in contexts.values():
        context.close()
    return failures


def _context(browser: Browser, url: str, role: str, width: str, theme: str, language: str) -> BrowserContext:
    context = browser.new_context(viewport=SIZES[width], reduced_motion="reduce", color_scheme=theme)  # type: ignore[arg-type]
    if role:
        from demo.engine.people import LOGINS, PASSWORD  # noqa: PLC0415 - after django.setup()
        from demo.engine.records import email_of  # noqa: PLC0415

        page = context.new_page()
        sign_in(page, url, email_of(LOGINS[role]), PASSWORD)
        page.close()
    context.add_cookies(
        [{"name": "theme", "value": theme, "url": url}, {"name": "django_language", "value": language, "url": url}]
    )
    return context


def _take(page: Page, url: str, shot: Shot, target: Path) -> str:
    """Save the screenshot; returns what is wrong with the page, if anything."""
    trouble = visit(page, url, shot)
    page.wait_for_timeout(150)
    page.screenshot(path=target, full_page=True)
    return trouble


def visit(page: Page, url: str, shot: Shot) -> str:
    """Go to the page of a shot; returns what is wrong with it, if anything."""
    answer = page.goto(url + shot.path, wait_until="load")
    for pattern in shot.follow:
        links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
        found = next((link for link in links if re.search(pattern, link)), None)
        if found is None:
            return f"no link that fits {pattern} on {page.url}"
        answer = page.goto(page.evaluate("link => new URL(link, location.href).href", found), wait_until="load")
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if answer and answer.status >= 400 and shot.name != "not-found":
        return f"answered {answer.status}"
    return f"is {over} px wider than the screen" if over > 0 else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
