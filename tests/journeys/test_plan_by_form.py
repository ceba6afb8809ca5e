"""An administrator who has never seen YAML: tiers, a quota and a cap by mouse, to a published plan."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import DESKTOP
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CURVE = """    curve:
      - {from: 0, rate: 5%}
      - {from: 100%, rate: 8%}
      - {from: 120%, rate: 12%}
    cap: {per: quarter, amount: 40000}
"""


def admins_page(demo: Demo, **options: object) -> Page:
    context = demo.visitor("admin", viewport=DESKTOP, **options)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    return context.new_page()


def choose(page: Page, field: str, value: str, *, says: str) -> None:
    page.select_option(f"#card-0-{field}", value)
    expect(page.locator("#id_source")).to_have_value(holding(says))


def holding(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def test_tiers_a_quota_and_a_cap_are_built_by_form_and_published(demo: Demo) -> None:
    page = admins_page(demo)
    page.goto("/commissions/plans/")
    page.get_by_role("link", name="New plan").click()
    page.get_by_role("link", name="Empty page").click()
    page.fill("#card-plan", "Built by form")
    choose(page, "window", "quarter", says="window: quarter")
    choose(page, "against", "quota", says="against: quota")
    choose(page, "tiers", "marginal", says="tiers: marginal")
    for row, (start, rate) in enumerate([("100%", "8%"), ("120%", "12%")], start=1):
        page.fill(f"#card-0-{row}-from", start)
        page.fill(f"#card-0-{row}-value", rate)
    page.fill("#card-0-cap", "40000")
    page.press("#card-0-cap", "Tab")
    expect(page.locator("#id_source")).to_have_value(holding(CURVE))
    expect(page.locator("#assessment")).to_contain_text("It pays at most $40,000.00 per quarter")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="The plan as read").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#toasts")).to_contain_text("Built by form v1 is published.")
    page.context.close()


def test_without_javascript_the_button_check_says_the_same(demo: Demo) -> None:
    page = admins_page(demo, java_script_enabled=False)
    page.goto("/commissions/plans/new/write?template=threshold")
    page.fill("#card-0-1-value", "11%")
    page.get_by_role("button", name="Check").click()
    assert "- {from: 50%, rate: 11%}" in page.input_value("#id_source")
    expect(page.locator("#assessment")).to_contain_text("1 example fails")
    page.context.close()
