"""What a bundle says to whoever opens it: which file is what, and how to check it."""

from collections.abc import Iterable

from commissions.engine.bundles.contents import TABLES

_TEXT = """\
The statement of {name} for {period}, and everything that it was computed from.

To recompute it with Juara, without its database:

    python manage.py statement verify THIS.zip

It computes the statement again from the files under inputs/ alone, compares it with statement.json, value by value,
and says whether they are the same.

What is what

    statement.json       what was posted: lines, settlements, what waits, adjustments, totals, by currency
    manifest.json        the SHA-256 of every file, and of the inputs as a whole; which Juara made it
    inputs/inputs.json   the days, and which version of which plan is which document
    inputs/plans/        the plans, as published; each is named by its hash
{files}

The page of the statement shows the hash of all that the company keeps of the closing; manifest.json repeats it as
snapshot_sha256. The hash of the part in this bundle, inputs_sha256, is one that anybody can compute:

    cd inputs && find . -type f | sed 's|^[.]/||' | LC_ALL=C sort | xargs sha256sum | sha256sum

How to read them

Money is in minor units of its currency: 1250 is 12.50 US dollars, or 1250 Japanese yen. Shares are in millionths.
Days are YYYY-MM-DD; ranges end before their `end`. An empty field is a value that isn't known; "" is an empty text.
People, deals, plans and teams are numbers; payees.csv says whose the numbers of people are, and `key` which deal.

Of other people there is only what decides about this statement: who shares a deal with {name}, whose deals count for
her or him, and, where a plan has a pool or a SPIFF that all on it share, what those sold. payees.csv names them all.
"""


def readme(name: str, period: str, files: Iterable[str]) -> str:
    """The text of README.txt."""
    known = {table.file: table.what for table in TABLES}
    told = [f"    inputs/{file:<23}{known[file]}" for file in sorted(files) if file in known]
    return _TEXT.format(name=name, period=period, files="\n".join(told))
