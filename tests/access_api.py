"""What the addresses of the API and of its tokens are asked about. A session alone is let in nowhere."""

from typing import Any

from tests.world import World

TABLE = """
GET  accounts:tokens                               login  200   200   200   200   200   200   200
POST accounts:tokens                               login  201   201   201   201   201   201   201
POST accounts:tokens             #empty            login  422   422   422   422   422   422   422
POST accounts:tokens             #write            login  422   422   422   422   201   201   422
GET  accounts:token-revoke                         405    405   405   405   405   405   405   405
POST accounts:token-revoke                         login  302   302   302   302   302   302   302

GET  api:schema                                    401    401   401   401   401   401   401   401
GET  api:period-list                               401    401   401   401   401   401   401   401
GET  api:period-detail                             401    401   401   401   401   401   401   401
POST api:period-calculate                          401    401   401   401   401   401   401   401
POST api:period-start-review                       401    401   401   401   401   401   401   401
POST api:period-approve                            401    401   401   401   401   401   401   401
POST api:period-close                              401    401   401   401   401   401   401   401
POST api:period-reopen                             401    401   401   401   401   401   401   401
GET  api:run-list                                  401    401   401   401   401   401   401   401
GET  api:run-detail                                401    401   401   401   401   401   401   401
GET  api:statement-list                            401    401   401   401   401   401   401   401
GET  api:statement-detail                          401    401   401   401   401   401   401   401
GET  api:statement-paper                           401    401   401   401   401   401   401   401
GET  api:line-list                                 401    401   401   401   401   401   401   401
GET  api:line-detail                               401    401   401   401   401   401   401   401
GET  api:adjustment-list                           401    401   401   401   401   401   401   401
GET  api:adjustment-detail                         401    401   401   401   401   401   401   401
"""
_ACTS = ("detail", "calculate", "start-review", "approve", "close", "reopen")


def arguments(world: World) -> dict[str, list[object]]:
    return {
        **{f"api:period-{act}": ["2026-11"] for act in _ACTS},
        "api:statement-paper": [1, "pdf"],
        **{f"api:{kind}-detail": [1] for kind in ("run", "statement", "line", "adjustment")},
    }


def data(world: World) -> dict[str, dict[str, Any]]:
    made = {"name": "Reporting", "scope": "read", "days": 30}
    return {"accounts:tokens": made, "accounts:tokens write": {**made, "scope": "write"}}
