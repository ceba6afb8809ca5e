"""What statements hold back and release into the database, and on to the statements after them."""

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from commissions.models import Period, Release
from commissions.services.settlements import Key, note_later

_FIELDS: Final = {  # of the model: of RELEASES
    "plan_version_id": "plan_version",
    "component": "component",
    "deal_id": "deal",
    "role": "role",
    "earned_on": "earned_on",
    "earned_minor": "earned",
    "held_minor": "held",
    "released_minor": "released",
    "held_after_minor": "held_after",
    "due": "due",
    "states": "states",
}
_BATCH = 2_000


def post_releases(
    *, period: Period, ids: Mapping[Key, int], gone: Mapping[Key, int], releases: pl.DataFrame
) -> frozenset[int]:
    """Make the releases of these statements what was computed; returns those statements for which that is a change.

    `ids` are of the statements that stay, `gone` of those about to be deleted; `releases` is RELEASES with the currency
    of their plan. The later open statements of those payees are noted as stale.
    """
    payees = {pk: payee for (payee, _currency), pk in (*ids.items(), *gone.items())}
    fresh = dict.fromkeys(_rows(releases, ids))
    standing = {
        tuple(row): pk
        for pk, *row in Release.objects.filter(statement__in=list(payees)).values_list("pk", "statement_id", *_FIELDS)
    }
    old = {row: pk for row, pk in standing.items() if row not in fresh}
    new = [row for row in fresh if row not in standing]
    Release.objects.filter(pk__in=old.values()).delete()
    names = ("statement_id", *_FIELDS)
    Release.objects.bulk_create((Release(**dict(zip(names, row, strict=True))) for row in new), batch_size=_BATCH)
    changed = frozenset(row[0] for row in (*old, *new))
    note_later(period=period, payees={payees[statement] for statement in changed})
    return changed


def _rows(releases: pl.DataFrame, ids: Mapping[Key, int]) -> Iterable[tuple[int, ...]]:
    for row in releases.iter_rows(named=True):
        yield (ids[row["payee"], row["currency"]], *(row[source] for source in _FIELDS.values()))
