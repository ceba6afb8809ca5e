"""One deal by hand: entered, changed, closed; every refusal, and whose numbers each touches."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from accounts.models import User
from sales import services
from sales.models import Customer, Deal, DealShare, Product
from sales.services import Part
from sales.services.locks import lock_deals
from sales.signals import Touched, facts_changed
from tests.conftest import Cast, person

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 09:00 in Jakarta
TODAY = date(2026, 11, 23)
FACTS: dict[str, Any] = {
    "external_id": "CRM-1",
    "name": "Renewal",
    "kind": "renewal",
    "status": "won",
    "stage": "Signed",
    "owner": None,
    "customer": None,
    "product": None,
    "quantity": 1,
    "amount_minor": 100_000_00,
    "currency": "USD",
    "opened_on": date(2026, 1, 2),
    "closed_on": date(2026, 11, 3),
}
Heard = list[frozenset[Touched]]


@pytest.fixture
def heard() -> Iterator[Heard]:
    told: Heard = []

    def hear(touched: frozenset[Touched], **_: object) -> None:
        told.append(touched)

    facts_changed.connect(hear)
    yield told
    facts_changed.disconnect(hear)


def save(
    deal: Deal | None = None,
    *,
    by: User | None = None,
    shares: tuple[Part, ...] = (),
    seen_at: datetime | None = None,
    now: datetime = NOW,
    **changed: Any,
) -> Deal:
    facts = {**FACTS, **({name: getattr(deal, name) for name in FACTS} if deal else {}), **changed}
    return services.save_deal(deal=deal, shares=shares, seen_at=seen_at, acting_user=by, now=now, **facts)


def close(deal: Deal, *, won: bool = True, on: date = TODAY, by: User | None = None) -> Deal:
    return services.close_deal(deal=deal, won=won, closed_on=on, acting_user=by, now=NOW)


def parts(deal: Deal) -> list[tuple[str, str, int]]:
    return list(deal.shares.order_by("role", "user__name").values_list("role", "user__name", "share_ppm"))


def halves(cast: Cast) -> tuple[Part, ...]:
    return (Part(cast.ana, 600_000), Part(cast.ben, 400_000))


def test_a_new_deal_is_kept_as_it_was_written(cast: Cast) -> None:
    customer = Customer.objects.create(external_id="c1", name="Harbour Foods")
    product = Product.objects.create(external_id="p1", name="Crane")
    made = save(owner=cast.ana, customer=customer, product=product, quantity=3, amount_minor=-5)
    kept = Deal.objects.get(pk=made.pk)
    expected = {**FACTS, "owner": cast.ana, "customer": customer, "product": product, "quantity": 3, "amount_minor": -5}
    assert {name: getattr(kept, name) for name in FACTS} == expected
    assert kept.updated_at == NOW
    assert parts(kept) == []


def test_a_new_deal_touches_its_owner_on_its_day(cast: Cast, heard: Heard) -> None:
    save(owner=cast.ana)
    assert heard == [{Touched(cast.ana.pk, date(2026, 11, 3))}]


def test_an_open_deal_touches_nobody(cast: Cast, heard: Heard) -> None:
    save(owner=cast.ana, status="open", closed_on=None)
    assert heard == []


def test_with_shares_a_deal_touches_those_who_share_it_and_its_owner(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.mia, shares=(*halves(cast), Part(cast.finn, 1_000_000, "overlay")))
    day = date(2026, 11, 3)
    assert heard == [{Touched(user.pk, day) for user in (cast.ana, cast.ben, cast.finn, cast.mia)}]
    assert parts(made) == [("overlay", "Finn", 1_000_000), ("owner", "Ana", 600_000), ("owner", "Ben", 400_000)]


def test_a_change_of_owner_and_day_touches_old_and_new(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana)
    heard.clear()
    save(made, owner=cast.ben, closed_on=date(2026, 11, 9))
    assert heard == [{Touched(cast.ana.pk, date(2026, 11, 3)), Touched(cast.ben.pk, date(2026, 11, 9))}]


def test_a_change_of_shares_alone_touches_old_and_new(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana, shares=halves(cast))
    heard.clear()
    save(made, shares=(Part(cast.mia, 1_000_000),))
    day = date(2026, 11, 3)
    assert heard == [{Touched(user.pk, day) for user in (cast.ana, cast.ben, cast.mia)}]
    assert parts(made) == [("owner", "Mia", 1_000_000)]


def test_reopening_a_deal_touches_the_day_that_it_was_won(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana)
    heard.clear()
    save(made, status="open", closed_on=None)
    assert heard == [{Touched(cast.ana.pk, date(2026, 11, 3))}]


def test_a_form_that_changes_nothing_writes_and_announces_nothing(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana, shares=halves(cast))
    heard.clear()
    save(made, shares=halves(cast), now=NOW + timedelta(hours=1))
    assert heard == []
    assert Deal.objects.get(pk=made.pk).updated_at == NOW


def test_an_empty_external_id_gets_a_new_one_that_no_deal_has(cast: Cast) -> None:
    first = save(external_id="")
    number = int(first.external_id.removeprefix("D-"))
    Deal.objects.create(external_id=f"D-{number + 2}", currency="USD")  # takes the sequence's next, as its key
    assert save(external_id="  ").external_id == f"D-{number + 3}"


def test_a_changed_deal_keeps_its_external_id_when_none_is_given(cast: Cast) -> None:
    made = save()
    assert save(made, external_id="", name="Other").external_id == "CRM-1"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("external_id", "x" * 101, "at most 100 characters"),
        ("external_id", "a\x00b", "can't be seen"),
        ("external_id", "CRM-0", "a deal CRM-0 already"),
        ("name", "x" * 201, "at most 200 characters"),
        ("name", "a\x1bb", "can't be seen"),
        ("kind", "x" * 51, "at most 50 characters"),
        ("stage", "x" * 51, "at most 50 characters"),
        ("status", "sold", "not a valid choice"),
        ("quantity", 2**31, "less than or equal to 2147483647"),
        ("amount_minor", 10**17, "stays below 1,000,000,000,000,000.00 USD"),
        ("amount_minor", -(10**17), "stays below"),
        ("amount_minor", 10**400, "stays below"),
        ("currency", "EUX", "“EUX” is no currency"),
        ("currency", "usd", "“usd” is no currency"),
        ("currency", "", "is no currency"),
        ("opened_on", date(1899, 12, 31), "from 1900 to 2199"),
        ("closed_on", None, "needs the day on which it closed"),
        ("closed_on", date(2026, 11, 24), "still to come"),
        ("closed_on", date(1, 1, 1), "from 1900 to 2199"),
    ],
)
def test_what_a_deal_cannot_say_is_refused_at_its_field(
    cast: Cast, heard: Heard, field: str, value: object, words: str
) -> None:
    Deal.objects.create(external_id="CRM-0", currency="USD")
    with pytest.raises(ValidationError) as refused:
        save(**dict[str, Any]({field: value}))
    assert list(refused.value.message_dict) == [field]
    assert words in refused.value.message_dict[field][0]
    assert Deal.objects.count() == 1
    assert heard == []


def test_everything_that_is_wrong_is_said_at_once(cast: Cast) -> None:
    with pytest.raises(ValidationError) as refused:
        save(name="x" * 201, currency="???", closed_on=None)
    assert set(refused.value.message_dict) == {"name", "currency", "closed_on"}


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([("ana", 600_000, "owner")], "The shares of owner add up to 60 %, not to 100 %."),
        ([("ana", 600_000, "owner"), ("ben", 600_000, "owner")], "The shares of owner add up to 120 %, not to 100 %."),
        ([("ana", 500_000, "owner"), ("ana", 500_000, "owner")], "Ana comes twice as owner."),
        ([("ana", 0, "owner"), ("ben", 1_000_000, "owner")], "Ana's share is 0 %."),
        ([("ana", -1, "owner"), ("ben", 1_000_001, "owner")], "Ana's share is -0.0001 %."),
        ([("ana", 1_000_000, "o=w")], "“o=w” is no role"),
        ([("ana", 1_000_000, "x" * 51)], "is no role"),
    ],
)
def test_shares_that_are_no_whole_are_refused(cast: Cast, shares: list[tuple[str, int, str]], words: str) -> None:
    people = {"ana": cast.ana, "ben": cast.ben}
    with pytest.raises(ValidationError) as refused:
        save(shares=tuple(Part(people[who], ppm, role) for who, ppm, role in shares))
    assert words in refused.value.message_dict["__all__"][0]
    assert DealShare.objects.count() == 0


def test_two_people_of_one_name_may_share_a_deal(cast: Cast) -> None:
    other = person("Ana2")
    other.name = "Ana"
    other.save()
    assert len(parts(save(shares=(Part(cast.ana, 500_000), Part(other, 500_000))))) == 2


def test_a_deal_that_an_import_dated_ahead_can_still_be_renamed(cast: Cast) -> None:
    ahead = Deal.objects.create(external_id="D1", status="won", closed_on=date(2026, 12, 24), currency="USD")
    assert save(ahead, name="Renamed").name == "Renamed"


def test_who_saw_an_older_deal_does_not_overwrite_the_newer_one(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana)
    seen = made.updated_at
    save(made, amount_minor=1, seen_at=seen, now=NOW + timedelta(minutes=1))
    heard.clear()
    with pytest.raises(services.DealChangedError, match="Somebody else changed this deal"):
        save(made, amount_minor=2, seen_at=seen, now=NOW + timedelta(minutes=2))
    assert Deal.objects.get(pk=made.pk).amount_minor == 1
    assert heard == []


def test_the_same_form_sent_twice_is_no_conflict(cast: Cast) -> None:
    made = save(owner=cast.ana)
    seen = made.updated_at
    for minute in (1, 2):
        save(made, amount_minor=1, seen_at=seen, now=NOW + timedelta(minutes=minute))
    assert Deal.objects.get(pk=made.pk).amount_minor == 1


def test_a_rep_enters_and_changes_open_deals_of_her_own(cast: Cast) -> None:
    made = save(by=cast.ana, owner=cast.ana, status="open", closed_on=None)
    assert save(made, by=cast.ana, amount_minor=7).amount_minor == 7


def test_a_closed_deal_is_changed_by_administrators_only(cast: Cast) -> None:
    made = save(owner=cast.ana)
    for outsider in (cast.ana, cast.ben, cast.mia, cast.finn):
        with pytest.raises(PermissionDenied):
            save(made, by=outsider, amount_minor=1)
    assert save(made, by=cast.ada, amount_minor=1).amount_minor == 1


def test_finance_enters_no_deals(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        save(by=cast.finn, owner=cast.finn)


def test_winning_an_open_deal_touches_its_people_on_the_day(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana, status="open", closed_on=None, shares=halves(cast))
    done = close(made, by=cast.ana)
    assert (done.status, done.closed_on, done.updated_at) == ("won", TODAY, NOW)
    assert heard == [{Touched(cast.ana.pk, TODAY), Touched(cast.ben.pk, TODAY)}]
    assert len(parts(done)) == 2


def test_a_lost_deal_touches_its_day_as_well(cast: Cast, heard: Heard) -> None:
    assert close(save(owner=cast.ana, status="open", closed_on=None), won=False).status == "lost"
    assert heard == [{Touched(cast.ana.pk, TODAY)}]


def test_a_deal_is_closed_once(cast: Cast, heard: Heard) -> None:
    made = save(owner=cast.ana, status="open", closed_on=None)
    close(made)
    heard.clear()
    with pytest.raises(services.DealChangedError, match="already closed: Won"):
        close(made, won=False)
    assert heard == []


def test_a_deal_does_not_close_tomorrow(cast: Cast) -> None:
    made = save(owner=cast.ana, status="open", closed_on=None)
    with pytest.raises(ValidationError, match="still to come"):
        close(made, on=date(2026, 11, 24))


@pytest.mark.parametrize("name", ["ben", "mia", "finn"])
def test_nobody_else_closes_a_reps_deal(cast: Cast, name: str) -> None:
    made = save(owner=cast.ana, status="open", closed_on=None)
    with pytest.raises(PermissionDenied):
        close(made, by=getattr(cast, name))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_the_second_is_told(cast: Cast) -> None:
    made = save(owner=cast.ana)
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def change(amount: int) -> None:
        together.wait()
        try:
            save(made, amount_minor=amount, seen_at=NOW, now=NOW + timedelta(seconds=amount))
            outcomes.append("saved")
        except services.DealChangedError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[amount]) for amount in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == ["saved", "told"]


@pytest.mark.django_db(transaction=True)
def test_a_new_deal_waits_for_an_import_of_deals(cast: Cast) -> None:
    done = threading.Event()

    def enter() -> None:
        try:
            save()
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=enter)
    with transaction.atomic():
        lock_deals()
        thread.start()
        assert not done.wait(0.3)
    thread.join(10)
    assert done.is_set()
