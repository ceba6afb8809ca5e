"""Why a credit did not count, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NoticeRow:
    code: str  # of the engine's Notice
    text: str  # in the reader's language
    deal_pk: int | None
    deal: str  # name or external id, empty when it concerns no single deal


def notice_rows(stored: Iterable[dict[str, Any]]) -> tuple[NoticeRow, ...]:
    """The notices of a statement as stored, in words."""
    raise NotImplementedError
