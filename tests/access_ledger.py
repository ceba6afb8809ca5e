"""Who gets what at the addresses of the books."""

from typing import Any

from accounts.models import Team
from ledger.models import AccountRule
from tests.world import World

TABLE = """
GET  ledger:journals                               login  403   403   403   403   200   200   403
GET  ledger:journal                                login  403   403   403   403   200   200   403
GET  ledger:journal              #none             login  403   403   403   403   404   404   403
GET  ledger:journal              #batch            login  403   403   403   403   404   404   403
GET  ledger:journal              #costs            login  403   403   403   403   200   200   403
GET  ledger:journal              #unknown          login  403   403   403   403   404   404   403
GET  ledger:journal-file                           login  403   403   403   403   200   200   403
GET  ledger:journal-file         #xlsx             login  403   403   403   403   200   200   403
GET  ledger:journal-file         #none             login  403   403   403   403   404   404   403
GET  ledger:accounts                               login  403   403   403   403   200   200   403
POST ledger:accounts                               login  403   403   403   403   302   302   403
POST ledger:accounts             #empty            login  403   403   403   403   422   422   403
GET  ledger:account-remove                         405    405   405   405   405   405   405   405
POST ledger:account-remove                         login  403   403   403   403   302   302   403
POST ledger:account-remove       #none             login  403   403   403   403   404   404   403
GET  ledger:costs                                  login  403   403   403   403   200   200   403
GET  ledger:costs-file                             login  403   403   403   403   200   200   403
GET  ledger:policy                                 login  403   403   403   403   200   200   403
POST ledger:policy                                 login  403   403   403   403   302   302   403
POST ledger:policy               #empty            login  403   403   403   403   422   422   403
"""


def arguments(world: World) -> dict[str, list[object]]:
    rule = AccountRule.objects.create(
        kind="earned", team=Team.objects.get(pk=world.cast.west.pk), code="1", name="West"
    )
    return {
        "ledger:journal": ["COM-2026-11"],
        "ledger:journal none": ["COM-2031-01"],
        "ledger:journal batch": ["PAY-99999"],
        "ledger:journal costs": ["CON-2026-11"],
        "ledger:journal unknown": ["2026-11"],
        "ledger:journal-file": ["COM-2026-11", "csv"],
        "ledger:journal-file xlsx": ["COM-2026-11", "xlsx"],
        "ledger:journal-file none": ["COM-2031-01", "csv"],
        "ledger:account-remove": [rule.pk],
        "ledger:account-remove none": [0],
    }


def data(world: World) -> dict[str, dict[str, Any]]:
    return {
        "ledger:accounts": {"kind": "payable", "code": "2199", "name": "Commissions payable"},
        "ledger:policy": {"benefit_months": 24, "uses_term": "on"},
    }
