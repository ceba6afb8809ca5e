"""Cells that a spreadsheet may open without running them."""

import re

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*")


def guarded(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula. Reading takes it off again.

    >>> guarded("=1+1"), guarded("-12.50"), guarded("Ana")
    ("'=1+1", '-12.50', 'Ana')
    """
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not _NUMBER.fullmatch(cell) else cell
