"""What cancelling a deal would take back: shown before it is done, computed by the engine, and true afterwards."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from commissions.models import EarningLine
from commissions.selectors import cancelling as selectors
from sales.models import Deal
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.commissions.test_taken_back import PLAN, RESIDUAL
from tests.conftest import Cast
from tests.sales.browsing import signed_in, words

pytestmark = pytest.mark.django_db
FLAT = "{plan: Flat, currency: USD, period: month, components: [{key: all, name: All, rate: 10%PAYOUT}]}"


def shared_deal(cast: Cast, plan: str = FLAT.replace("PAYOUT", "")) -> Deal:
    assign(published(plan).plan, cast.ana, cast.ben)
    return won(cast.ana, date(2026, 10, 5), 100_00, shares=[(cast.ana, 600_000), (cast.ben, 400_000)])


def sentence(deal: Deal, day: date) -> str:
    return selectors.cancelling_sentence(selectors.cancelling(deal=deal, day=day)).replace("\xa0", " ")


def more(deal: Deal, day: date) -> list[str]:
    found = selectors.cancelling_more(selectors.cancelling(deal=deal, day=day))
    return [text.replace("\xa0", " ") for text in found]


def test_more_people_than_a_sentence_holds_are_a_list_with_the_largest_amount_first(cast: Cast) -> None:
    people = (cast.ana, cast.ben, cast.mia, cast.finn)
    assign(published(FLAT.replace("PAYOUT", "")).plan, *people)
    parts = list(zip(people, (100_000, 400_000, 300_000, 200_000), strict=True))
    deal = won(cast.ana, date(2026, 10, 5), 100_00, shares=parts)
    assert sentence(deal, date(2026, 11, 20)) == "Cancelling this on 20 Nov 2026 would take back pay from 4 people:"
    found = selectors.cancelling_list(selectors.cancelling(deal=deal, day=date(2026, 11, 20)))
    assert found == [("Ben", "$4.00"), ("Mia", "$3.00"), ("Finn", "$2.00"), ("Ana", "$1.00")]


def test_it_names_everybody_and_what_is_taken_back_from_each(cast: Cast) -> None:
    deal = shared_deal(cast)
    text = "Cancelling this on 20 Nov 2026 would take back $6.00 from Ana and $4.00 from Ben."
    assert sentence(deal, date(2026, 11, 20)) == text
    with translation.override("id"):
        assert sentence(deal, date(2026, 11, 20)) == (
            "Membatalkan ini pada 20 Nov 2026 akan menarik kembali US$6,00 dari Ana dan US$4,00 dari Ben."
        )


def test_a_deal_of_another_year_is_looked_at_too_and_one_kept_long_enough_takes_nothing(cast: Cast) -> None:
    plan = FLAT.replace("}]}", "}], clawback: {within_days: 90}}").replace("PAYOUT", "")
    assign(published(plan, from_date=date(2025, 1, 1)).plan, cast.ana, from_date=date(2025, 1, 1))
    deal = won(cast.ana, date(2025, 12, 20), 100_00)
    assert sentence(deal, date(2026, 1, 5)) == "Cancelling this on 5 Jan 2026 would take back $10.00 from Ana."
    assert sentence(deal, date(2026, 6, 1)) == "Cancelling this on 1 Jun 2026 would take nothing back."


def test_what_is_shown_is_what_happens(cast: Cast) -> None:
    assign(published(PLAN.replace("CLAWBACK", "{within_days: 90, attainment: leave}")).plan, cast.ana)
    deal = won(cast.ana, date(2026, 1, 10), 600_00)
    won(cast.ana, date(2026, 2, 10), 500_00)
    found = selectors.cancelling(deal=deal, day=date(2026, 3, 1))
    with time_machine.travel(NOW, tick=False):
        client = signed_in(cast.ada)
        assert (
            client.post(reverse("sales:deal-cancel", args=[deal.pk]), {"cancelled_on": "2026-03-01"}).status_code == 302
        )
    calculated("2026-03")
    taken = EarningLine.objects.get(event="cancelled").amount_minor
    assert [loss.taken_minor for loss in found.losses] == [-taken] == [30_00]


def test_a_contract_says_what_would_no_longer_come(cast: Cast) -> None:
    assign(published(RESIDUAL).plan, cast.ana)
    deal = won(cast.ana, date(2026, 9, 10), 100_00, term_months=24)
    assert sentence(deal, date(2026, 11, 10)) == "Cancelling this on 10 Nov 2026 would take nothing back."
    assert more(deal, date(2026, 11, 10)) == [
        "Ana would no longer get $20.00 that this deal would still bring in 2026."
    ]


def test_pay_that_waits_is_told(cast: Cast) -> None:
    deal = shared_deal(cast, FLAT.replace("PAYOUT", ", payout: [{share: 100%, due: paid}]"))
    assert more(deal, date(2026, 11, 20)) == [
        "Where a part of that pay still waits, only what was paid is taken out of a statement; the rest lapses."
    ]


def test_the_deals_page_shows_it_before_it_is_confirmed(cast: Cast) -> None:
    deal = shared_deal(cast)
    address = reverse("commissions:cancelling", args=[deal.pk])
    with time_machine.travel(NOW, tick=False):
        ada = signed_in(cast.ada)
        assert "If it is cancelled" in words(ada.get(reverse("sales:deal", args=[deal.pk])))
        assert "If it is cancelled" not in words(signed_in(cast.ana).get(reverse("sales:deal", args=[deal.pk])))
        whole = words(ada.get(address, {"cancelled_on": "2026-11-20"}))
        fragment = ada.get(address, {"cancelled_on": "2026-11-20"}, headers={"HX-Request": "true"})
        assert "would take back $6.00 from Ana and $4.00 from Ben." in whole
        assert words(fragment).startswith("Cancelling this on 20 Nov 2026 would take back")
        early = ada.get(address, {"cancelled_on": "2026-10-04"})
        assert (early.status_code, "It would be cancelled before it closed." in words(early)) == (422, True)
        wrong = ada.post(reverse("sales:deal-cancel", args=[deal.pk]), {"cancelled_on": "2026-10-04"})
        assert wrong.status_code == 422
        ada.post(reverse("sales:deal-cancel", args=[deal.pk]), {"cancelled_on": "2026-11-20"})
        deal.refresh_from_db()
        assert deal.cancelled_on == date(2026, 11, 20)
        assert "If it is cancelled" not in words(ada.get(reverse("sales:deal", args=[deal.pk])))
        assert ada.get(address).status_code == 403
