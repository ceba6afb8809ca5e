"""What is wrong with a file, said so that its reader can put it right."""

from dataclasses import dataclass

LONGEST_SHOWN = 40


class Unusable(Exception):  # noqa: N818 - a file that can't be read at all, not an error of the program
    """The file or its mapping can't be used at all. The message says what is wrong and what to do."""


class WrongEncoding(Unusable):
    """The file is text, but not in the encoding that it was read in."""


@dataclass(frozen=True, slots=True)
class Problem:
    line: int  # as a text editor or the spreadsheet counts: the header is line 1
    column: str  # the file's own name of it, or ours when the file has none
    value: str  # as found, shortened
    what: str
    fix: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        found = f" {self.value!r}:" if self.value else ":"
        return f"{where}:{found[:-1]} {self.what} {self.fix}".replace(": :", ":")


def shorten(value: str) -> str:
    """A value as it may be shown: one line, not too long.

    >>> shorten("9" * 400)
    '9999999999999999999999999999999999999999…'
    """
    plain = " ".join(value.split())
    return plain if len(plain) <= LONGEST_SHOWN else plain[:LONGEST_SHOWN] + "…"
