"""A manager scores her people with a thumb, sees what each score pays, and a rep reads why on her statement."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.browser import PHONE
from tests.journeys.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_manager_scores_a_person_on_her_phone(demo: Demo, scripts: bool) -> None:
    page = demo.visitor("manager", viewport=PHONE, has_touch=True, java_script_enabled=scripts).new_page()
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": demo.url}])
    in_review = timezone.localdate().replace(day=1) - timedelta(days=1)
    page.goto(f"/commissions/scores/?of={in_review:%Y-%m}")
    card = page.get_by_role("region", name="Kevin Tanoto")
    for label, value in (("Three new deals 60%", "100"), ("Deals won within 10 % of the list price 40%", "50,5 %")):
        field = card.get_by_label(label)
        box = field.bounding_box()
        assert box and box["height"] >= 44
        field.fill(value)
    page.get_by_role("button", name="Save scores").click()
    # 60 and 20.2: 80.2 %, of which the curve pays two thirds and a third of a hundredth of 2,000,000
    expect(page.get_by_role("region", name="Kevin Tanoto")).to_contain_text("A score of 80.2% pays")
    expect(page.get_by_role("region", name="Kevin Tanoto").get_by_label("Three new deals 60%")).to_have_value("100")
    page.context.close()
