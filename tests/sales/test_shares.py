"""What the database itself holds about shares, whoever writes them."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from sales.models import Deal, DealShare
from tests.conftest import Cast

pytestmark = pytest.mark.django_db


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def deal(cast: Cast) -> Deal:
    made = Deal.objects.create(
        external_id="d", owner=cast.ana, status="won", currency="USD", closed_on=date(2026, 5, 1)
    )
    share(made, cast.ana, 600_000)
    share(made, cast.ben, 400_000)
    commit()
    return made


def share(deal: Deal, user: object, ppm: int, role: str = "owner") -> None:
    DealShare.objects.create(deal=deal, user=user, share_ppm=ppm, role=role)  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sales_dealshare SET share_ppm = 500000 WHERE share_ppm = 400000",
        "DELETE FROM sales_dealshare WHERE share_ppm = 400000",
        "UPDATE sales_dealshare SET role = 'overlay' WHERE share_ppm = 400000",
    ],
    ids=["changed", "deleted", "moved to another role"],
)
def test_shares_that_are_not_the_whole_deal_are_refused_at_commit(deal: Deal, change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="parts per million, not to 1000000"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
        commit()


def test_on_the_way_they_may_be_anything_and_in_the_end_none(deal: Deal, cast: Cast) -> None:
    deal.shares.filter(user=cast.ben).delete()
    share(deal, cast.mia, 400_000)
    share(deal, cast.mia, 1_000_000, "overlay")
    commit()
    deal.shares.all().delete()
    commit()
    assert not deal.shares.exists()
