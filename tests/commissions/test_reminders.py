"""E-mails to those for whom statements wait."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from accounts.models import Role, User
from commissions.services import approvals
from tests.commissions.approving import approve, chain, publish, sells_more
from tests.commissions.facts import FLAT, NOW, assign, published, won
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
TWO_DAYS = NOW + timedelta(days=2)


@pytest.fixture
def company(cast: Cast) -> Cast:
    """Ana's and Ben's statements wait for Mia, then for finance."""
    assign(published(FLAT).plan, cast.ana, cast.ben)
    won(cast.ana, date(2026, 5, 10), 100_000)
    chain({"who": "manager"}, {"who": "finance"})
    publish()
    return cast


def letters() -> list[tuple[str, str]]:
    found = [(letter.to[0].split("@")[0], str(letter.subject)) for letter in mail.outbox]
    mail.outbox.clear()
    return sorted(found)


def test_who_lets_statements_wait_for_two_days_is_reminded_once_a_day(company: Cast) -> None:
    assert approvals.remind_approvers(now=TWO_DAYS - timedelta(seconds=1)) == 0
    assert approvals.remind_approvers(now=TWO_DAYS) == 1
    assert "http://localhost:8000/commissions/approvals/" in mail.outbox[0].body
    assert letters() == [("mia", "2 statements wait for your approval")]
    assert approvals.remind_approvers(now=TWO_DAYS + timedelta(hours=1)) == 0
    approve(company.ana, company.mia)  # it has waited for finance since NOW
    assert approvals.remind_approvers(now=TWO_DAYS + timedelta(days=1)) == 3
    one = "1 statement waits for your approval"
    assert letters() == [("ada", one), ("finn", one), ("mia", one)]


def test_a_statement_that_changed_waits_anew(company: Cast) -> None:
    sells_more(company.ana)
    approvals.route_changed(now=TWO_DAYS)
    approvals.remind_approvers(now=TWO_DAYS)
    assert letters() == [("mia", "1 statement waits for your approval")]


def test_who_stands_in_is_reminded_and_who_is_away_is_not(company: Cast) -> None:
    gus = person("Gus", Role.MANAGER)
    approvals.delegate(
        from_user=company.mia, to_user=gus, starts_on=NOW.date(), last_on=date(2026, 12, 24),
        acting_user=company.mia, now=NOW,
    )  # fmt: skip
    approvals.remind_approvers(now=TWO_DAYS)
    assert letters() == [("gus", "2 statements wait for your approval")]


def test_a_letter_speaks_its_readers_language(company: Cast) -> None:
    User.objects.filter(pk=company.mia.pk).update(language="id")
    approvals.remind_approvers(now=TWO_DAYS)
    assert letters() == [("mia", "2 slip komisi menunggu persetujuan Anda")]


def test_a_letter_that_could_not_be_sent_is_sent_by_the_next_run(
    company: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", refuse)
        approvals.remind_approvers(now=TWO_DAYS)
    assert letters() == []
    assert approvals.remind_approvers(now=TWO_DAYS) == 1
