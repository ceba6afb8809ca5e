"""What the table of access asks about adjustments and disputes: rows about Ana, and the forms that are sent."""

from typing import Any

from commissions.selectors.disputes import line_subject
from commissions.services.adjustments import File
from commissions.services.disputes import Subject, raise_dispute
from tests.commissions.adjusting import ask, limit, wanted
from tests.commissions.facts import period
from tests.conftest import Cast
from tests.world import NOW, World


def adjustments_of(cast: Cast) -> dict[str, list[object]]:
    """One about Ana that counts, with a file, and one that her manager asks for."""
    limit(cast.ada, 500_00)
    (counts,) = ask(cast.finn, wanted(cast.ana, 1_00), evidence=File("a.txt", "text/plain", b"why"))
    (asked,) = ask(cast.mia, wanted(cast.ana, 2_00))
    acts = ("decide", "decide empty", "withdraw", "evidence asked")
    return {
        **{f"commissions:adjustment{act}": [counts.pk] for act in ("", "-evidence", "-withdraw counts")},
        "commissions:adjustment asked": [asked.pk],
        "commissions:adjustment none": [0],
        **{f"commissions:adjustment-{act}": [asked.pk] for act in acts},
    }


def disputes_of(world: World) -> dict[str, list[object]]:
    """Ana disputes a line."""
    ana = world.cast.ana
    statement = world.statement(ana)
    about = Subject(**line_subject(world.line(ana, "second"), is_own=True))
    row = raise_dispute(statement=statement, subject=about, reason="Why?", acting_user=ana, now=NOW)
    acts = ("", "-facts", "-facts shown", "-message", "-message internal", "-assign", "-end", "-withdraw")
    return {
        **{f"commissions:dispute{act}": [row.pk] for act in acts},
        **{f"commissions:dispute-{act} empty": [row.pk] for act in ("assign", "end")},
        "commissions:dispute none": [0],
        **{f"commissions:dispute-new{which}": [statement.pk] for which in ("", " line", " deal", " again")},
    }


def disputing() -> dict[str, dict[str, Any]]:
    return {
        "commissions:dispute-new": {"reason": "Why?"},
        "commissions:dispute-new deal": {"reason": "Why?", "deal": "D-9", "amount": "5"},
        "commissions:dispute-new again": {"reason": "Why?"},
        "commissions:dispute-message": {"text": "Hello"},
        "commissions:dispute-message internal": {"text": "Hello", "is_internal": "on"},
        "commissions:dispute-assign": {"due_on": "2026-12-01"},
        "commissions:dispute-end": {"outcome": "rejected", "text": "It is right."},
    }


def adjusting(cast: Cast) -> dict[str, dict[str, Any]]:
    said = {"period": period("2026-11").pk, "currency": "USD", "reason": "Why", "token": "t"}
    one = {**said, "payee": "Ana", "kind": "bonus", "amount": "5"}
    # 900 and the one that counts
    parts = {"giver": "Ana", "amount": "5", "getter0": "Ben", "part0": "5", "save": "1", "seen": "89600 150500"}
    return {
        "commissions:adjustment-new": one,
        "commissions:adjustment-new save": {**one, "save": "1", "seen": "90600"},
        "commissions:adjustment-split": {**said, **parts},
        "commissions:adjustments-list": {**said, "decimal": ".", "text": "ana\t\tbonus\t5\t\tWhy"},
        "commissions:adjustment-limits": {"currency": "EUR", "amount": "5"},
        "commissions:adjustment-decide": {"verdict": "approve"},
        **{f"commissions:adjustment-withdraw{which}": {"note": "Why"} for which in ("", " counts")},
    }


def lines(world: World) -> dict[str, str]:
    line = world.line(world.cast.ana, "second").pk
    return {
        **{f"commissions:dispute-new {which}": f"?line={line}" for which in ("line", "again")},
        "commissions:dispute-new deal": "?about=deal",
        "commissions:dispute-facts shown": "?show=1&amount=5",
    }
