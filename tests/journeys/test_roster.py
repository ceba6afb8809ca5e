"""Rows copied in a spreadsheet become plans and quotas; and a rep accepts what changed, on her phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from demo.engine.people import PASSWORD
from demo.engine.records import email_of
from tests.journeys.browser import DESKTOP, PHONE, sign_in
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROWS = (
    "zoe@nusakirana.example\tRegional Executive Europe\t2027-01-01\t\t250,000\tquarter\n"
    "hendra@nusakirana.example\tKirana POS Bonus\t2027-01-01\n"
)
PASTE = """([selector, text]) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const paste = new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(paste);
}"""


def page_of(demo: Demo, key: str, **options: object) -> Page:
    context = demo.visitor("", **options)
    page = context.new_page()
    sign_in(page, demo.url, email_of(key), PASSWORD)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    return page


def test_rows_pasted_into_the_grid_are_looked_at_and_applied(demo: Demo) -> None:
    page = page_of(demo, "dewi", viewport=DESKTOP)
    page.goto("/commissions/people/?q=zo")
    page.evaluate(PASTE, ["[data-roster] input[type=date]", ROWS])
    expect(page.locator("#id_text")).to_have_value(ROWS)
    page.get_by_role("button", name="Look at what would happen").click()
    expect(page.locator("main")).to_contain_text("1 new")
    expect(page.locator("main")).to_contain_text("Quota $250,000.00 per quarter, since 1 Jan 2027")
    expect(page.locator("main")).to_contain_text("On the plan since 1 Jan 2027.")
    page.get_by_role("button", name="Apply all of it").click()
    expect(page.locator("#toasts")).to_contain_text("Saved: the plans of 2 people changed.")
    page.goto("/commissions/people/?q=hendra")
    expect(page.locator("#roster")).to_contain_text("Kirana POS Bonus to come")
    page.context.close()


def test_the_grid_is_edited_without_javascript(demo: Demo) -> None:
    page = page_of(demo, "dewi", viewport=DESKTOP, java_script_enabled=False)
    page.goto("/commissions/people/?q=katarzyna")
    page.get_by_label("Quota, Katarzyna").fill("175,000")
    page.get_by_label("Last day, Katarzyna").fill("2027-12-31")
    page.get_by_role("button", name="Save changes").click()
    assert "Saved: 1 person's plan changed." in page.inner_text("body")
    expect(page.get_by_label("Quota, Katarzyna")).to_have_value("175,000")
    page.context.close()


def test_a_rep_reads_and_accepts_her_changed_plan_on_a_phone(demo: Demo) -> None:
    page = page_of(demo, "anindya", viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Your plan has changed")).click()
    expect(page.locator("#accept")).to_contain_text("The rate rises from 0.75% to 1%.")
    page.get_by_label("Your name").fill("somebody")
    page.get_by_role("button", name="Accept").click()
    expect(page.locator("#accept")).to_contain_text("Type your name as it is here: Anindya Puspita.")
    page.get_by_label("Your name").fill("anindya puspita")
    page.get_by_role("button", name="Accept").dblclick()
    expect(page.locator(".plan-accepted")).to_contain_text("as anindya puspita.")
    page.goto("/")
    expect(page.locator(".home-accept")).to_have_count(0)
    page.context.close()
