"""The checked parts of a document in docs/: its fenced blocks and its tables, each with the heading above it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of YAML."""

    line: int  # of its first line
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    line: int  # of its header
    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def records(self) -> list[dict[str, str]]:
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def parts(name: str) -> Iterator[Block | Table]:
    """The blocks of YAML and the tables of docs/<name>, in their order."""
    lines = (DOCS / name).read_text().splitlines()
    heading, at = "", 0
    while at < len(lines):
        end = at + 1
        if lines[at].startswith("```"):
            end = lines.index("```", at + 1)
            if lines[at] == "```yaml":
                yield Block(at + 2, "\n".join(lines[at + 1 : end]) + "\n")
            end += 1
        elif lines[at].startswith("|"):
            end = next((row for row in range(at, len(lines)) if not lines[row].startswith("|")), len(lines))
            header, _, *rows = (_cells(line) for line in lines[at:end])
            yield Table(at + 1, heading, header, tuple(rows))
        elif lines[at].startswith("#"):
            heading = lines[at].lstrip("# ")
        at = end


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def code(cell: str) -> str:
    """What a cell says between backticks."""
    return cell.removeprefix("`").removesuffix("`")
