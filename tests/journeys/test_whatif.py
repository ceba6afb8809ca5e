"""Finance at a slider: what would another rate have cost?"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import DESKTOP, PHONE
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PLAN = "Account Executive Indonesia"
LAST_TIER = "Sales against the quarter's quota, rate 4"


def finances_page(demo: Demo, **options: object) -> Page:
    context = demo.visitor("finance", **options)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    page = context.new_page()
    page.goto("/commissions/whatif/")
    page.locator("#id_plan").select_option(label=PLAN)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#whatif-change")).to_contain_text("0")
    return page


def figure(page: Page, name: str) -> str:
    return page.locator(f"#{name} .stat-figure").text_content() or ""


def test_a_slider_moves_the_total_the_change_and_who_gains(demo: Demo) -> None:
    page = finances_page(demo, viewport=DESKTOP)
    before, same = figure(page, "whatif-after"), figure(page, "whatif-change")
    slider = page.get_by_role("slider", name=LAST_TIER)
    slider.press("ArrowRight")
    change = page.locator("#whatif-change .stat-figure")
    expect(change).to_contain_text("+")
    expect(page.locator("#whatif-after .stat-figure")).not_to_have_text(before)
    expect(page.get_by_text("would have earned more")).not_to_have_text(re.compile(r"^\s*0 "))
    slider.press("ArrowLeft")
    expect(change).to_have_text(same)
    expect(page.locator("#whatif-after .stat-figure")).to_have_text(before)
    page.context.close()


def test_on_a_phone_the_slider_is_dragged_and_nothing_scrolls_sideways(demo: Demo) -> None:
    page = finances_page(demo, viewport=PHONE, has_touch=True)
    slider = page.get_by_role("slider", name=LAST_TIER)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
    expect(page.locator("#whatif-change .stat-figure")).to_contain_text("+")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.context.close()
