"""An administrator who has never seen YAML: tiers, a cap, half on payment, and examples, by mouse, to publication."""

import re
import time

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.browser import DESKTOP
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TEXT = """    window: quarter
    against: quota
    tiers: marginal
    curve:
      - {from: 0, rate: 5%}
      - {from: 100%, rate: 8%}
      - {from: 120%, rate: 12%}
    cap: {per: quarter, amount: 40000}
    payout:
      - {share: 50%, due: at_once}
      - {share: 50%, due: paid}
"""


def admins_page(demo: Demo, **options: object) -> Page:
    context = demo.visitor("admin", viewport=DESKTOP, **options)
    context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    return context.new_page()


def holding(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text))


def says(page: Page, text: str) -> None:
    """The plan's text, once the page has been answered."""
    expect(page.locator("#id_source")).to_have_value(holding(text))


def card(page: Page, number: int, kind: str = "components") -> Locator:
    return page.locator(f"#f-{kind}-{number}")


def press(where: Page | Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def later(route: Route) -> None:
    """An answer that takes its time."""
    time.sleep(0.4)
    route.continue_()


def write_example(page: Page, number: int, name: str, amount: str, pays: str) -> None:
    """An example as finance agreed on it: half of what is earned in the quarter."""
    press(page, "Add an example")
    example = card(page, number, "examples")
    example.get_by_label("What the case shows").fill(name)
    example.get_by_label("Quota").fill("300000")
    example.get_by_label("Amount, row 1").fill(amount)
    expect(example.locator("h3")).to_contain_text("fails")
    example.get_by_label("2026-Q1, payable").fill(pays)
    expect(example.locator("h3")).to_contain_text("holds")


def test_a_plan_is_built_by_mouse_with_its_examples_and_published(demo: Demo) -> None:
    page = admins_page(demo)
    page.goto("/commissions/plans/")
    page.get_by_role("link", name="New plan").click()
    page.get_by_role("link", name="Blank plan").click()
    page.get_by_label("Name of the plan").fill("Built by form")
    page.get_by_label("A statement covers a").select_option(label="quarter")
    sales = card(page, 0)
    sales.get_by_label("It adds up over a").select_option(label="quarter")
    sales.get_by_label("Thresholds are").select_option(label="shares of the payee's quota")
    sales.get_by_label("It pays", exact=True).select_option(label="each part at the rate of its own tier")
    press(sales, "Add a tier")
    sales.get_by_label("Rate, row 2").fill("8%")
    press(sales, "Add a tier")
    sales.get_by_label("From, row 3").fill("120%")
    sales.get_by_label("Rate, row 3").fill("12%")
    press(sales, "Add a cap")
    sales.get_by_label("At most").fill("40000")
    press(sales, "Pay a part of it later")
    says(page, TEXT)
    expect(sales).to_contain_text("It pays at most $40,000.00 per quarter")
    write_example(page, 0, "all three tiers, and half of it held", "400000", "12300")
    write_example(page, 1, "the cap, and the customer pays", "600000", "20000")
    paid = card(page, 1, "examples")
    paid.get_by_label("Paid by the customer, row 1").fill("2026-04-10 600000")
    paid.get_by_label("2026-Q2, payable").fill("20000")
    expect(paid.locator(".designer-pays.is-good")).to_have_count(2)
    expect(page.locator("#assessment")).to_contain_text("All 2 examples hold")
    press(page, "Save draft")
    page.get_by_role("link", name="The plan as read").click()
    press(page, "Publish")
    expect(page.locator("#toasts")).to_contain_text("Built by form v1 is published.")
    page.context.close()


def test_an_error_stands_at_its_field_and_what_was_typed_stays(demo: Demo) -> None:
    page = admins_page(demo)
    page.goto("/commissions/plans/new/write?template=quarterly-tiers-cap")
    rate = page.get_by_label("Rate, row 2")
    rate.press("End")
    rate.press_sequentially(",5")
    expect(rate).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f-components-0-curve-1-rate-e")).to_contain_text("is not a number")
    expect(rate).to_have_value("8%,5")
    rate.fill("9%")
    expect(page.locator("#f-components-0-curve-1-rate-e")).to_be_empty()
    says(page, "- {from: 100%, rate: 9%}")
    expect(card(page, 0, "examples").locator(".is-bad").first).to_contain_text("pays 25,200 (+600)")
    page.context.close()


def test_what_is_typed_while_the_form_changes_is_kept(demo: Demo) -> None:
    """The answer to a button puts another form in the place of the one that somebody is typing in."""
    page = admins_page(demo)
    page.goto("/commissions/plans/new/write?template=quarterly-tiers-cap")
    page.route("**/plans/check", later)
    name = card(page, 0).get_by_label("Name", exact=True)
    press(card(page, 0), "Add a tier")
    name.fill("Typed meanwhile")
    expect(page.get_by_label("Rate, row 4")).to_be_visible()
    expect(name).to_have_value("Typed meanwhile")
    expect(name).to_be_focused()
    says(page, "name: Typed meanwhile")
    says(page, "- {from: 140%, rate: 12%}")
    page.unroute_all(behavior="wait")
    page.context.close()


def test_without_javascript_the_buttons_do_the_same(demo: Demo) -> None:
    page = admins_page(demo, java_script_enabled=False)
    page.goto("/commissions/plans/new/write?template=threshold")
    page.get_by_label("Rate, row 2").fill("11%")
    press(page, "Add a component")
    assert "- {from: 50%, rate: 11%}" in page.input_value("#id_source")
    card(page, 1).get_by_label("Rate", exact=True).fill("nothing")
    page.locator(".designer-bar").get_by_role("button", name="Check").click()
    expect(page.locator("#assessment")).to_contain_text("1 thing to correct")
    expect(page.locator("#f-components-1-rate-e")).to_contain_text("is not a number")
    assert card(page, 1).get_by_label("Rate", exact=True).input_value() == "nothing"
    page.context.close()
