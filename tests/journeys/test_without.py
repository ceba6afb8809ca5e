"""What works without a mouse, and what works without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from demo.engine.people import LOGINS, PASSWORD
from demo.engine.records import email_of
from tests.journeys.browser import PHONE
from tests.journeys.conftest import Demo
from tests.stack import eventually

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
MOST_TABS = 80
FOCUSED = "document.activeElement"
# An outline, a ring of shadow or another border: any of them, as long as there is one while the element has the focus.
SHOWS_FOCUS = """
() => {
  const shown = document.activeElement;
  const look = () => {
    const style = getComputedStyle(shown);
    return style.outline + style.boxShadow + style.border + style.backgroundColor;
  };
  const focused = look();
  shown.blur();
  const blurred = look();
  shown.focus();
  return focused !== blurred;
}
"""


def test_from_the_login_to_the_plan_by_keyboard_alone(demo: Demo) -> None:
    context = demo.visitor("")
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#id_login")).to_be_focused()
    page.keyboard.type(email_of(LOGINS["rep"]))
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    enter(page)
    expect(page.locator("#home")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, ".home-earned a[href*='/commissions/statements/']")
    enter(page)
    tab_to(page, ".lines a[aria-controls]")
    opener = page.evaluate(f"{FOCUSED}.getAttribute('aria-controls')")
    page.keyboard.press("Enter")
    why = page.locator(f"#{opener}")
    expect(why).not_to_be_empty()
    expect(page.locator(f"[aria-controls={opener}]").first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    expect(why).to_be_empty()
    tab_to(page, "main a[href*='/commissions/plans/']", backwards=True)
    enter(page)
    assert re.search(r"/commissions/plans/\d+/", page.url)
    context.close()


def test_the_account_menu_opens_and_closes_by_keyboard(demo: Demo) -> None:
    context = demo.visitor("rep")
    page = context.new_page()
    page.goto("/")
    tab_to(page, ".account summary")
    page.keyboard.press("Enter")
    tab_to(page, ".account [data-theme-choice=dark]")
    page.keyboard.press("Space")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("Escape")
    expect(page.locator(".account")).not_to_have_attribute("open", "")
    expect(page.locator(".account summary")).to_be_focused()
    context.close()


def tab_to(page: Page, selector: str, *, backwards: bool = False) -> None:
    """Press Tab until it has the focus, and see that it shows; fails when it can't be reached."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        if page.evaluate(f"selector => {FOCUSED}.matches(selector)", selector):
            assert page.evaluate(SHOWS_FOCUS), f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"{MOST_TABS} tabs do not lead to {selector} on {page.url}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_rep_reads_her_pay_without_javascript(demo: Demo) -> None:
    context = demo.visitor("rep", java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto("/")
    expect(page.locator("#home")).to_be_visible()
    page.goto("/commissions/statements/")
    follow(page, "main a[href^='/commissions/statements/']")
    pay = page.locator(".lines .why-link").first.inner_text()
    follow(page, ".lines a[href^='/commissions/lines/']")
    expect(page.locator("main")).to_contain_text(pay.strip())
    page.goto("/leaderboards/")
    expect(page.locator(".rank-row.is-mine")).to_be_visible()
    follow(page, ".board-choices a[href*='by=team']")
    expect(page.locator("#standings .rank-row")).not_to_have_count(0)
    context.close()


def test_filters_menu_and_language_work_without_javascript(demo: Demo) -> None:
    context = demo.visitor("admin", java_script_enabled=False)
    page = context.new_page()
    page.goto("/people/")
    page.fill("[name=q]", "anindya")
    with page.expect_navigation():
        page.press("[name=q]", "Enter")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    page.locator(".account summary").click()
    expect(page.locator(".account .needs-js")).to_be_hidden()  # a theme is chosen by script: the system's is taken
    other = "en" if page.locator("html").get_attribute("lang") == "id" else "id"
    with page.expect_navigation():
        page.locator(f".account [name=language][value={other}]").click()
    expect(page.locator("html")).to_have_attribute("lang", other)
    expect(page.locator("#people tbody tr")).to_have_count(1)
    context.close()


def test_finance_calculates_a_period_without_javascript(demo: Demo) -> None:
    context = demo.visitor("finance", java_script_enabled=False)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    page = context.new_page()
    page.goto("/commissions/periods/")
    follow(page, "main a[href^='/commissions/periods/2']")
    follow(page, "form[action='/commissions/periods/run'] button")
    expect(page.locator(".toast-note")).to_contain_text("has started")
    eventually(lambda: _has_ended(page), seconds=30)
    expect(page.locator("main .stat", has_text="Last run")).to_contain_text("by Fajar Nugroho")
    context.close()


def _has_ended(page: Page) -> bool:
    page.reload()
    return page.locator("#run-progress").count() == 0


def follow(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.click()
