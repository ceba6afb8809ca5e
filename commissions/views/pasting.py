"""What the pages have in common on which rows from a spreadsheet are looked at first and applied then."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from commissions.engine.pasted import ROSTER, PastedRow, Table, pasted_rows
from commissions.engine.roster import Refused
from commissions.selectors.pasted import Result
from commissions.selectors.words import in_words
from commissions.views.roster_forms import RowsForm

MOST_SHOWN = 500
ORDER = (Result.REFUSED, Result.NEW, Result.CHANGED, Result.SAME)


class Outcome(Protocol):
    @property
    def row(self) -> PastedRow: ...
    @property
    def result(self) -> Result: ...


T = TypeVar("T", bound=Outcome)


def rows_in(form: RowsForm, table: Table = ROSTER) -> list[PastedRow]:
    """The rows; none where the form is told why."""
    if not form.is_valid():
        return []
    try:
        return pasted_rows(form.cleaned_data["text"], table)
    except Refused as error:
        form.add_error("text", in_words(error.told))
        return []


def shown_first(outcomes: Sequence[T]) -> list[T]:
    """Those that a page has room for: what is refused first."""
    return sorted(outcomes, key=lambda each: (ORDER.index(each.result), each.row.line))[:MOST_SHOWN]


def result_context(form: RowsForm, outcomes: Sequence[Outcome], fingerprint: str, *, changes: bool) -> dict[str, Any]:
    """Of the template commissions/_pasted.html, all but the lines."""
    counts = {result.value: sum(each.result is result for each in outcomes) for result in ORDER}
    return {
        "left_out": max(len(outcomes) - MOST_SHOWN, 0),
        "counts": counts,
        "text": form.cleaned_data["text"],
        "kept": {**form.kept, "seen": fingerprint},
        "may_apply": changes and not counts[Result.REFUSED.value],
    }
