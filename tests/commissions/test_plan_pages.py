"""A plan from a template to a published version, by page."""

import time
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import Role
from commissions import selectors
from commissions.models import PlanVersion
from tests.commissions.facts import FLAT, NOW, TIERED, assign, calculated, published, won
from tests.commissions.test_pages import signed_in
from tests.commissions.test_plan_forms import fields_of
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
WRITE = "/commissions/plans/new/write"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(cast: Cast) -> Client:
    return signed_in(cast.ada)


def text_of(response: HttpResponseBase) -> str:
    assert isinstance(response, HttpResponse)
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


def address(name: str, version: PlanVersion) -> str:
    return reverse(f"commissions:plan-{name}" if name else "commissions:plan", args=[version.pk])


def saved(client: Client, source: str, **fields: str) -> PlanVersion:
    response = client.post(WRITE, {"source": source, "revision": "0", **fields})
    assert response.status_code == 302, text_of(response)
    return PlanVersion.objects.get(status="draft")


def checked(client: Client, source: str) -> str:
    response = client.post(reverse("commissions:plan-check"), {"source": source}, headers=HTMX)
    assert response.status_code == (422 if b'class="plan-errors"' in response.content else 200)
    return text_of(response)


def test_every_template_opens_in_the_editor_with_its_examples_holding(ada: Client) -> None:
    start = ada.get(reverse("commissions:plan-new")).content.decode()
    for template in selectors.plan_templates():
        assert f'href="{WRITE}?template={template.slug}"' in start
    page = text_of(ada.get(WRITE, {"template": "quarterly-tiers-cap"}))
    assert "All 2 examples hold" in page
    assert "It pays at most $40,000.00 per quarter" in page


def test_a_template_or_a_version_that_is_none_is_not_found(ada: Client) -> None:
    for query in ({"template": "../../manage"}, {"version": "0"}, {"version": "x"}):
        assert ada.get(WRITE, query).status_code == 404


def test_a_version_opens_as_its_next_one(ada: Client) -> None:
    version = published(FLAT)
    assert FLAT.strip() in ada.get(WRITE, {"version": version.pk}).content.decode()


def test_a_file_opens_in_the_editor_and_is_not_saved(ada: Client) -> None:
    file = SimpleUploadedFile("plan.yaml", FLAT.encode())
    response = ada.post(reverse("commissions:plan-upload"), {"file": file})
    assert FLAT.strip() in response.content.decode()
    assert not PlanVersion.objects.exists()


def test_a_file_that_is_no_text_is_refused(ada: Client) -> None:
    response = ada.post(reverse("commissions:plan-upload"), {"file": SimpleUploadedFile("plan.yaml", b"\xff\xfe\x00")})
    assert response.status_code == 422
    assert "This is not UTF-8 text. Save it as UTF-8." in text_of(response)


def test_the_editor_answers_with_errors_at_their_lines(ada: Client) -> None:
    answer = checked(ada, TIERED.replace("rate: 10%", "rate: 50"))
    assert "Line 11 components[0].curve[1].ratecurve: [{from: 0%, rate: 5%}, {from: 100%, rate: 50}]" in answer
    assert "50 means 5000%; 1000% is the most. Was 50% meant?" in answer


def test_the_editor_answers_with_what_the_plan_says_and_what_fails(ada: Client) -> None:
    answer = checked(ada, TIERED.replace("payable: 100", "payable: 99"))
    assert "1 example fails" in answer
    assert "2026-01, payable: expected 99, the plan pays 100." in answer
    assert "Each part of the sum is paid at the rate of its own tier." in answer


def test_the_editor_says_errors_and_differences_in_the_readers_language(ada: Client) -> None:
    ada.cookies["django_language"] = "id"
    wrong = (
        TIERED.replace("rate: 10%", "rate: 50").replace("window: quarter", "window: week").replace("payable", "paid")
    )
    answer = checked(ada, wrong)
    assert "tidak dikenal di sini. Tulis salah satu dari: deal, month, quarter, half, year, plan." in answer
    answer = checked(ada, wrong.replace("window: week", "window: quarter"))
    assert "50 berarti 5000%; paling tinggi 1000%. Maksudnya 50%?" in answer
    assert "Baris 1, kolom 8: ini bukan YAML: ada titik dua di tempat yang tidak bisa." in checked(ada, "plan: a: b")
    answer = checked(ada, TIERED.replace("payee: {quota: 1000}", "payee: {}"))
    assert "Tidak ada komisi untuk New business pada K1 2026" in answer


def test_the_editor_answers_with_the_change_to_the_version_in_force(ada: Client) -> None:
    published(FLAT)
    assert "Against version 1 Everything The rate falls from 10% to 9%." in checked(ada, FLAT.replace("10%", "9%"))


def test_checking_without_scripts_keeps_the_text_and_saves_nothing(ada: Client) -> None:
    response = ada.post(WRITE, {"source": FLAT, "revision": 0, "check": "1"})
    assert response.status_code == 200
    assert "rate: 10%" in response.content.decode()
    assert not PlanVersion.objects.exists()


def test_what_is_no_plan_stays_in_the_editor(ada: Client) -> None:
    response = ada.post(WRITE, {"source": "plan: half", "revision": 0})
    assert response.status_code == 422
    assert "plan: half" in response.content.decode()
    assert "Nothing was saved, since the text is no plan yet." in text_of(response)


def test_of_two_administrators_the_second_is_told_and_keeps_her_text(ada: Client, cast: Cast) -> None:
    draft = saved(ada, FLAT)
    evas = signed_in(person("Eva", Role.ADMIN))
    first = evas.post(address("edit", draft), {"source": FLAT.replace("10%", "9%"), "revision": 1})
    assert first.status_code == 302
    second = ada.post(address("edit", draft), {"source": FLAT.replace("10%", "8%"), "revision": 1})
    assert second.status_code == 409
    page = second.content.decode()
    assert "Eva saved this draft at" in page
    assert "The rate falls from 9% to 8%." in page
    assert "rate: 8%" in page
    assert '<input type="hidden" name="revision" value="2">' in page
    draft.refresh_from_db()
    assert "9%" in draft.source


def test_a_draft_is_reviewed_and_published_by_a_second_person(ada: Client, cast: Cast) -> None:
    eva = person("Eva", Role.ADMIN)
    draft = saved(ada, TIERED)
    assert "somebody else reviews and publishes it: Eva." in text_of(ada.get(address("", draft)))
    evas = signed_in(eva)
    assert "Review and publish" in text_of(evas.get(address("", draft)))
    evas.post(address("publish", draft), {"from_date": "2026-12-01", "revision": draft.revision})
    draft.refresh_from_db()
    assert (draft.status, draft.during.lower, draft.saved_by, draft.published_by) == (
        "published", date(2026, 12, 1), cast.ada, eva,
    )  # fmt: skip
    page = text_of(ada.get(address("", draft)))
    assert "Saved last23 Nov 2026, 16:00, Ada" in page
    assert "Published23 Nov 2026, 16:00, Eva" in page


def test_a_reviewer_reads_what_the_draft_would_change(ada: Client) -> None:
    published(FLAT)
    draft = saved(ada, FLAT.replace("10%", "9%"))
    page = text_of(ada.get(address("", draft)))
    assert "Review and publish Against version 1 Everything The rate falls from 10% to 9%." in page


def test_a_draft_whose_example_fails_has_no_publish_button_and_is_refused(ada: Client) -> None:
    draft = saved(ada, TIERED.replace("payable: 100", "payable: 99"))
    assert "An example fails, so this draft can't be published." in text_of(ada.get(address("", draft)))
    ada.post(address("publish", draft), {"from_date": "2026-12-01", "revision": draft.revision})
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_what_is_odd_is_asked_about_and_not_published_without_a_tick(ada: Client) -> None:
    odd = FLAT.replace("10%", "5")
    assert "components[0].rate5 means 500%: for every 100 sold it pays 500. Was 5% meant?" in checked(ada, odd)
    draft = saved(ada, odd)
    page = text_of(ada.get(address("", draft)))
    assert "Was 5% meant?" in page
    assert "Yes, this is meant" in page
    asked = {"from_date": "2026-12-01", "revision": draft.revision}
    refused = ada.post(address("publish", draft), asked)
    assert refused.status_code == 422
    assert "Was 5% meant?" in text_of(refused)
    assert 'value="2026-12-01"' in refused.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"
    ada.post(address("publish", draft), {**asked, "is_sure": "on"})
    draft.refresh_from_db()
    assert draft.status == "published"


def test_where_nothing_is_odd_there_is_no_tick(ada: Client) -> None:
    assert "Yes, this is meant" not in text_of(ada.get(address("", saved(ada, FLAT))))


def test_a_version_is_retired_by_page(ada: Client, cast: Cast) -> None:
    version = published(FLAT)
    response = ada.post(address("retire", version), {"from_date": "2026-12-01"}, follow=True)
    assert "Flat v1 is retired." in text_of(response)
    version.refresh_from_db()
    assert (version.during.upper, version.retired_by) == (date(2026, 12, 1), cast.ada)


def test_a_draft_is_deleted_by_page(ada: Client) -> None:
    draft = saved(ada, FLAT)
    ada.post(address("discard", draft), {"revision": draft.revision})
    assert not PlanVersion.objects.exists()


def test_two_versions_are_compared_by_page(ada: Client) -> None:
    published(FLAT)
    second = published(FLAT.replace("10%", "12%"), from_date=NOW.date())
    assert "Everything The rate rises from 10% to 12%." in text_of(ada.get(address("changes", second)))


def test_a_rep_sees_no_draft_of_her_plan_anywhere(cast: Cast) -> None:
    version = published(FLAT)
    assign(version.plan, cast.ana)
    draft = saved(signed_in(cast.ada), FLAT.replace("10%", "12%"))
    anas = signed_in(cast.ana)
    page = anas.get(address("", version)).content.decode()
    assert address("", draft) not in page
    assert address("", draft) in signed_in(cast.finn).get(address("", version)).content.decode()
    assert [anas.get(address(name, draft)).status_code for name in ("", "edit", "changes")] == [404, 403, 404]
    assert anas.get(f"{address('changes', version)}?since={draft.pk}").status_code == 404


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("deal.amount > 1" + " or deal.amount > 1" * 600, "characters"),
        ("(" * 1_000 + "deal.amount > 1" + ")" * 1_000, "characters"),
        ("(" * 400 + "deal.amount > 1" + ")" * 400, "parentheses"),
    ],
    ids=["10,000 characters", "1,000 parentheses", "400 parentheses"],
)
def test_a_formula_beyond_its_limits_is_refused_quickly(ada: Client, formula: str, message: str) -> None:
    source = FLAT.replace("rate: 10%", f"rate: 10%, when: '{formula}'")
    started = time.perf_counter()
    answer = checked(ada, source)
    assert time.perf_counter() - started < 1
    assert "1 thing to correct" in answer
    assert "Line 5 components[0].when" in answer
    assert answer.count(message) == 2  # at its field and at its line


def test_a_card_changes_the_text_and_what_stands_beside_it(ada: Client) -> None:
    fields = {**fields_of(FLAT), "components/0/rate": "12%", "source": FLAT}
    answer = ada.post(reverse("commissions:plan-check"), fields, headers=HTMX).content.decode()
    assert 'hx-swap-oob="true"' in answer
    assert "components: [{key: all, name: Everything, rate: 12%}]" in answer
    assert 'id="designer"' not in answer  # nobody's typing is interrupted
    assert "Every credit earns 12%." in answer
    tiers = ada.post(reverse("commissions:plan-check"), {**fields, "components/0/tiers": "marginal"}, headers=HTMX)
    assert 'name="components/0/curve/0/from"' in tiers.content.decode()


def test_an_invalid_value_stays_in_its_field_and_is_told_there(ada: Client) -> None:
    fields = {**fields_of(FLAT), "components/0/rate": "5,5%", "source": FLAT, "revision": 0}
    live = ada.post(reverse("commissions:plan-check"), fields, headers=HTMX)
    assert live.status_code == 422
    assert "5,5%&#x27; is not a number." in live.content.decode()
    whole = ada.post(WRITE, fields)
    assert whole.status_code == 422
    page = whole.content.decode()
    assert 'name="components/0/rate" value="5,5%"' in page
    assert 'id="f-components-0-rate-e"><span>' in page
    assert "What people will read stands here once this component is right." in page
    assert not PlanVersion.objects.exists()


def test_the_curve_shows_the_payee_nearest_the_middle_or_who_is_asked_for(ada: Client, cast: Cast) -> None:
    plan = published(TIERED).plan
    cid = person("Cid", Role.REP)
    assign(plan, cast.ana, cast.ben, cid, quota_minor=1_000_00)
    for payee, amount in ((cast.ana, 900_00), (cast.ben, 100_00), (cid, 500_00)):
        won(payee, date(2026, 11, 2), amount)
    calculated("2026-11")
    assert "The mark: Cid is at $500.00" in checked(ada, TIERED)
    asked = ada.post(reverse("commissions:plan-check"), {"source": TIERED, "place-of": "an"}, headers=HTMX)
    assert "The mark: Ana is at $900.00" in text_of(asked)
    other = ada.post(reverse("commissions:plan-check"), {"source": TIERED, "place-of": "Zoe"}, headers=HTMX)
    assert "Nobody of that name is on this plan: the curves show Cid." in text_of(other)


def test_cards_are_saved_with_the_text(ada: Client) -> None:
    draft = saved(ada, FLAT, **{**fields_of(FLAT), "components/0/rate": "12%"})
    assert draft.source == FLAT.replace("10%", "12%")


def test_a_component_is_added_without_saving(ada: Client) -> None:
    response = ada.post(WRITE, {"source": FLAT, "revision": 0, "do": "add:components"})
    assert "component-2" in response.content.decode()
    assert not PlanVersion.objects.exists()


def test_an_empty_page_begins_with_the_smallest_plan(ada: Client) -> None:
    assert "Every credit earns 5%." in text_of(ada.get(WRITE))


def test_a_person_who_may_not_write_is_not_asked_to(cast: Cast) -> None:
    assert "New plan" not in text_of(signed_in(cast.finn).get(reverse("commissions:plans")))
