"""A rep with a thumb: what would my open deals bring?"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import PHONE
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def reps_phone(demo: Demo, **options: object) -> Page:
    context = demo.visitor("rep", viewport=PHONE, **options)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    return context.new_page()


def total(page: Page) -> str:
    return page.locator(".estimator-bar .stat-figure").inner_text()


def test_the_total_at_the_thumb_moves_with_an_amount_a_tick_and_a_chance(demo: Demo) -> None:
    page = reps_phone(demo, has_touch=True)
    page.goto("/")
    page.get_by_role("link", name="What will my open deals bring?").tap()
    bar, first = page.locator(".estimator-bar"), page.locator(".supposed").first
    expect(bar).to_be_in_viewport()
    before = total(page)
    first.locator("input[inputmode=decimal]").fill("1")
    expect(bar).not_to_contain_text(before)
    expect(page).to_have_url(re.compile(r"\?amount-\d+=1$"))
    lower = total(page)
    first.locator("input[type=checkbox]").tap()
    expect(bar).not_to_contain_text(lower)
    page.get_by_label("Weigh by the chance to win").tap()
    expect(bar).to_contain_text("Expected by chance")
    weighed = total(page)
    page.reload()
    expect(bar).to_contain_text(weighed)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.context.close()


def test_a_reason_opens_below_its_deal(demo: Demo) -> None:
    page = reps_phone(demo, has_touch=True)
    page.goto("/commissions/estimator/")
    first = page.locator(".supposed").first
    first.locator(".why-link").first.tap()
    expect(first.locator(".why-sentence").first).to_be_visible()
    page.context.close()


def test_without_javascript_a_made_up_deal_is_computed_by_a_button(demo: Demo) -> None:
    page = reps_phone(demo, java_script_enabled=False)
    page.goto("/commissions/estimator/")
    before = total(page)
    page.get_by_role("button", name="Make up a deal").click()
    page.fill("#amount-m1", "500,000,000")
    page.get_by_role("button", name="Compute").click()
    assert page.input_value("#amount-m1") == "500,000,000"
    assert total(page) != before
    page.context.close()
