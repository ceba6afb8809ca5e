"""What a run that closes a period does with its chunks, and in the end."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from commissions.engine.bundles.bundle import inputs_files
from commissions.engine.bundles.files import Recorded, inputs_hash
from commissions.engine.bundles.pack import pack
from commissions.models import Run, Snapshot, Statement
from commissions.selectors.snapshots import adjustments_of
from commissions.services.closing import close_period
from commissions.services.recalculation import recalculate_and_record
from commissions.services.refusals import MoveRefused

NAMED: Final = 3  # people in one sentence
LEVEL: Final = 3  # of compression: a third of the time of the usual one, for a tenth more bytes
_MOVED: Final = """
SELECT DISTINCT statement.payee_id FROM commissions_statement statement
LEFT JOIN (
    SELECT unnest(statements) AS id, unnest(revisions) AS revision FROM commissions_snapshot WHERE run_id = %s
) kept USING (id)
WHERE statement.period_id = %s AND kept.revision IS DISTINCT FROM statement.revision
"""


def take_snapshot(*, run: Run, payees: Sequence[int], now: datetime) -> Snapshot:
    """Keep all that the period's statements of these payees follow from, under the locks of `hold`.

    Raises MoveRefused when they aren't any more what was approved: then nothing is closed.
    """
    done = recalculate_and_record(period=run.period, payees=payees, now=now)
    if done.changed:
        raise MoveRefused(_changed(run, done.changed))
    recorded = Recorded(done.inputs, run.period.start, run.period.end)
    files = inputs_files(recorded, adjustments_of(run.period, payees))
    statements = Statement.objects.filter(period=run.period, payee__in=payees).order_by("pk")
    known = list(statements.values_list("pk", "revision"))
    return Snapshot.objects.create(
        period=run.period,
        run=run,
        payees=list(payees),
        statements=[pk for pk, _revision in known],
        revisions=[revision for _pk, revision in known],
        content=pack(files, level=LEVEL),
        inputs_hash=inputs_hash(files),
        made_at=now,
    )


def close_if_all_stands(*, run: Run, now: datetime) -> None:
    """Close the period, in the transaction that ends the run. Raises MoveRefused, also when a statement has changed
    since its chunk was done.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [run.pk, run.period_id])
        moved = [payee for (payee,) in cursor.fetchall()]
    if moved:
        raise MoveRefused(_changed(run, moved))
    close_period(period=run.period, acting_user=run.started_by, now=now)


def _changed(run: Run, payees: Iterable[int]) -> str:
    people = User.objects.filter(pk__in=list(payees)).order_by("name", "pk")
    names = ", ".join(people.values_list("name", flat=True)[:NAMED])
    more = max(people.count() - NAMED, 0)
    if more:
        names = ngettext("%(names)s and %(n)s other", "%(names)s and %(n)s others", more) % {"names": names, "n": more}
    return _(
        "%(label)s stays open to changes: by the facts of now, the statements of %(names)s aren't what was approved. "
        "Calculate it again, look at what changed, approve that, then close."
    ) % {"label": run.period.label, "names": names}
