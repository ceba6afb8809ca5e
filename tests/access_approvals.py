"""Who gets what at the addresses of approvals: about Ana's statement of October, which is published."""

from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from commissions.models import Delegation, Period
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.approvals.waiting import written
from commissions.services import approvals
from tests.world import NOW, World

TABLE = """
GET  commissions:statement-accept                  405    405   405   405   405   405   405   405
POST commissions:statement-accept                  login  302   404   403   404   403   403   404
GET  commissions:approvals                         login  403   403   200   200   200   200   403
GET  commissions:approve-many                      405    405   405   405   405   405   405   405
POST commissions:approve-many                      login  403   403   200   200   302   302   403
GET  commissions:approval                          login  200   404   200   404   200   200   404
GET  commissions:approval        #none             login  404   404   404   404   404   404   404
GET  commissions:approval-decide                   405    405   405   405   405   405   405   405
POST commissions:approval-decide                   login  422   404   422   404   302   302   404
POST commissions:approval-decide #empty            login  422   404   422   404   422   422   404
GET  commissions:delegations                       login  403   403   200   200   200   200   403
POST commissions:delegations                       login  403   403   302   302   422   302   403
POST commissions:delegations     #empty            login  403   403   422   422   422   422   403
GET  commissions:delegation-end                    405    405   405   405   405   405   405   405
POST commissions:delegation-end                    login  403   403   302   404   403   302   403
GET  commissions:chains                            login  403   403   403   403   403   200   403
GET  commissions:chain-edit                        login  403   403   403   403   403   200   403
POST commissions:chain-edit                        login  403   403   403   403   403   302   403
POST commissions:chain-edit      #empty            login  403   403   403   403   403   422   403
"""


def arguments(world: World) -> dict[str, list[object]]:
    cast = world.cast
    Period.objects.filter(pk=world.periods["2026-10"].pk).update(status=Period.Status.REVIEW)
    approvals.route_changed(now=NOW)
    away = Delegation.objects.create(
        from_user=cast.mia, to_user=cast.finn, during=DateRange(NOW.date(), NOW.date().replace(day=28)),
        created_by=cast.mia, created_at=NOW,
    )  # fmt: skip
    about: list[object] = [world.statement(cast.ana, "2026-10").pk]
    return {
        "commissions:statement-accept": about,
        "commissions:approval": about,
        "commissions:approval none": [0],
        **{f"commissions:approval-decide{which}": about for which in ("", " empty")},
        "commissions:delegation-end": [away.pk],
    }


def data(world: World) -> dict[str, dict[str, Any]]:
    row = world.statement(world.cast.ana, "2026-10")
    seen = written(Seen(row.pk, row.revision, 0, row.payable_minor))
    days = {"starts_on": "2026-12-01", "last_on": "2026-12-24"}
    return {
        "commissions:statement-accept": {"seen": seen},
        "commissions:approve-many": {"row": seen},
        "commissions:approval-decide": {"seen": seen, "verdict": "approved"},
        "commissions:delegations": {"to_user": world.cast.finn.pk, "from_user": world.cast.ada.pk, **days},
        "commissions:chain-edit": {"s0-who": "admin"},
    }
