"""Names in the letters that banks take: Latin without accents, and the signs that a standard allows."""

import re
from typing import Final

from text_unidecode import unidecode

_NOT_SEPA: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_NOT_NACHA: Final = re.compile(r"[^A-Z0-9 .,&'()/\-]")
_NOT_CSV: Final = re.compile(r"[^A-Za-z0-9 .()/:?'+\-]")


def sepa(text: str, longest: int) -> str:
    """In the character set of the SEPA rulebooks. Never empty, never with // in it nor / at an end.

    >>> sepa("Ærøskøbing & Søn", 70), sepa("Дмитрий", 70)
    ('AEroskobing Son', 'Dmitrii')
    """
    plain = _cleaned(_NOT_SEPA, unidecode(text))
    return re.sub(r"/{2,}", "/", plain).strip("/ ")[:longest].strip("/ ") or "NOTPROVIDED"


def nacha(text: str, longest: int) -> str:
    """In capitals, as NACHA's records are written.

    >>> nacha("José Núñez-O'Brien", 16)
    "JOSE NUNEZ-O'BRI"
    """
    return _cleaned(_NOT_NACHA, unidecode(text).upper())[:longest].strip()


def separated(text: str, longest: int) -> str:
    """For a CSV of a bank: no comma, no quotation mark, and no sign at its front that a spreadsheet would run.

    >>> separated('=cmd|"/c calc"!A1, PT', 35)
    'cmd /c calc A1 PT'
    """
    return _cleaned(_NOT_CSV, unidecode(text))[:longest].strip().lstrip("+-=@ ")


def _cleaned(unwanted: re.Pattern[str], text: str) -> str:
    return re.sub(r"\s+", " ", unwanted.sub(" ", text)).strip()
