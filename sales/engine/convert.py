"""Batches of text as typed rows of one kind, each with what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from sales.engine.fields import KEYS, Field, Kind, Type, field_named
from sales.engine.mapping import PLACE, KindMapping, Source, sources
from sales.engine.parse import Reason, Signs, parse, reason
from sales.engine.problems import Problem, Told, Unusable, shorten, told
from sales.engine.reading import Batch, Sheet
from sales.engine.splits import SplitError, parse_splits

LINE = "line"
MOST_DETAILED = 1_000  # problems said in full; the rest are counted
HOPELESS = 1_000  # bad rows, and more of them than of good ones: the wrong file, or the wrong mapping
SHARES = {LINE: pl.Int64, "role": pl.String, "person": pl.String, "share_ppm": pl.Int64}


@dataclass(slots=True)
class Problems:
    """What is wrong, the first of it in full, and which lines are bad, all of them."""

    detailed: list[Problem] = field(default_factory=list)
    by_line: dict[int, str] = field(default_factory=dict)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.detailed) < MOST_DETAILED:
            self.detailed.append(problem)
        self.by_line.setdefault(problem.line, f"{problem.column}: {problem.what} {problem.fix}".removeprefix(": "))

    def enough_of(self, line: int) -> bool:
        """Count one more problem of a line of which enough has been said; False when it must be said."""
        enough = len(self.detailed) >= MOST_DETAILED and line in self.by_line
        self.count += enough
        return enough

    def without_bad(self, rows: pl.DataFrame) -> pl.DataFrame:
        bad = pl.Series(LINE, list(self.by_line), pl.Int64).implode()
        return rows.filter(~pl.col(LINE).is_in(bad)) if self.by_line else rows


@dataclass(frozen=True, slots=True)
class Converted:
    rows: pl.DataFrame  # `line` and a column per field that the file gives; bad rows are left out
    shares: pl.DataFrame | None  # line, role, person, share_ppm; None when the file gives no splits
    problems: Problems
    read: int  # rows of the file
    columns: dict[str, str]  # the file's name of each field that it gives
    unread: tuple[str, ...]  # columns of the file that no field takes


@dataclass(frozen=True, slots=True)
class Pass:
    """One batch on its way: its texts by field, its values so far, and where to put what is wrong."""

    texts: pl.DataFrame
    values: pl.DataFrame
    columns: dict[str, str]
    problems: Problems

    def refuse(self, name: str, wrong: pl.Series, say: Callable[[str, int], Reason]) -> None:
        """Note a problem for every row where `wrong`; `say` gets the text and the row."""
        for row in wrong.fill_null(value=False).arg_true().to_list():
            line = self.texts[LINE][row]
            if self.problems.enough_of(line):
                continue
            text = self.texts[name][row] or "" if name in self.texts.columns else ""
            what, fix = say(text, row)
            self.problems.add(Problem(line, self.columns.get(name, name), shorten(text), what, fix))


def convert(
    sheet: Sheet, kind: Kind, mapping: KindMapping, currency: str, on_batch: Callable[[int], None] = lambda _rows: None
) -> Converted:
    """All rows of a sheet as values. `currency` is the company's, for a mapping that names none.

    Raises Unusable when the sheet lacks what the mapping wants, or when nearly everything in it is wrong.
    """
    found = sources(mapping, kind, sheet.header)
    signs = Signs(tuple(mapping.date_formats), mapping.decimal, mapping.thousands)
    problems, read = Problems(), 0
    parts: list[pl.DataFrame] = []
    shares: list[pl.DataFrame] = []
    for batch in sheet.batches:
        for problem in batch.problems:
            problems.add(problem)
        read += batch.cells.height + len(batch.problems)
        rows, split = _convert_batch(batch, kind, found, signs, mapping.currency or currency, problems)
        parts.append(rows)
        shares.append(split)
        _give_up_if_hopeless(problems, read)
        on_batch(read)
    if not parts:
        raise Unusable(told("The file has a header but no rows. Export it again."))
    rows = pl.concat(parts)
    for unique in _unique(kind, found):
        _refuse_repeats(rows, unique, problems, _columns(found))
    if kind == Kind.LINES:
        unread = not set(problems.by_line) <= set(rows[LINE].to_list())
        refuse_the_rest(rows, problems, _columns(found)["external_id"], any_deal=unread)
    used = {column for source in found.values() for column in source.columns}
    return Converted(
        problems.without_bad(rows),
        problems.without_bad(pl.concat(shares)) if "splits" in found else None,
        problems,
        read,
        _columns(found),
        tuple(name for name in sheet.header if name not in used),
    )


def _unique(kind: Kind, found: dict[str, Source]) -> set[str]:
    """The columns of which no two rows may say the same. Several lines have the id of their deal."""
    if kind == Kind.LINES:
        return set()
    return {"external_id"} if kind in KEYS else {"external_id", "email"} & found.keys()


def _columns(found: dict[str, Source]) -> dict[str, str]:
    return {name: ", ".join(source.columns) or name for name, source in found.items()}


def _give_up_if_hopeless(problems: Problems, read: int) -> None:
    bad = len(problems.by_line)
    if bad >= HOPELESS and bad * 2 > read:
        raise Unusable(_hopeless(problems.detailed[0], bad, read))


def _hopeless(first: Problem, bad: int, read: int) -> Told:
    return told(
        "%(bad)s of the first %(read)s rows can't be used, so the rest was not read. Is it the right file, with the "
        "right mapping? The first problem is in %(where)s: %(what)s %(fix)s",
        bad=bad,
        read=read,
        where=first.where,
        what=first.what,
        fix=first.fix,
    )


def _convert_batch(
    batch: Batch, kind: Kind, found: dict[str, Source], signs: Signs, currency: str, problems: Problems
) -> tuple[pl.DataFrame, pl.DataFrame]:
    cells = batch.cells.select(_clean(pl.all()))
    texts = pl.DataFrame([batch.lines.rename(LINE), *(_text(cells, name, source) for name, source in found.items())])
    columns = _columns(found)
    currencies = _currencies(texts, signs, currency)
    values = [texts[LINE]]
    step = Pass(texts, texts, columns, problems)
    for name in found:
        spec = field_named(kind, name)
        text = texts[name].fill_null(spec.absent) if spec.absent is not None else texts[name]
        if spec.type == Type.CURRENCY:
            text = text.fill_null(currency)
        value = parse(spec, text, currencies, signs)
        values.append(value.rename(name))
        _refuse_unparsed(step, spec, text, value, currencies, signs)
    step = Pass(texts, pl.DataFrame(values), columns, problems)
    _check_deals(step) if kind == Kind.DEALS else None
    return _with_key(_with_currency(step.values, found, currency), kind), _shares(step)


def _clean(cells: pl.Expr) -> pl.Expr:
    """Without spaces around, without the guard that our own refused-rows file puts before a formula; empty is null."""
    plain = cells.str.strip_chars(" \t\r\n\u00a0").str.replace(r"^'([=+\-@])", "${1}")
    return pl.when(plain != "").then(plain)


def _text(cells: pl.DataFrame, name: str, source: Source) -> pl.Series:
    if source.template is not None:
        text = cells.select(_template(source.template)).to_series()
    elif source.column is not None:
        text = cells[source.column]
    else:
        text = pl.Series([source.value or None] * cells.height, dtype=pl.String)
    return (text.replace(source.values) if source.values else text).rename(name)


def _template(template: str) -> pl.Expr:
    """The template filled in; null where a column that it names is empty."""
    parts: list[pl.Expr] = []
    end = 0
    for match in PLACE.finditer(template):
        parts += [pl.lit(template[end : match.start()]), _filtered(pl.col(match[1]), match[2])]
        end = match.end()
    return pl.concat_str([*parts, pl.lit(template[end:])])


def _filtered(text: pl.Expr, name: str | None) -> pl.Expr:
    if name == "slug":
        ascii_only = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
        return ascii_only.str.replace_all(r"[^a-z0-9]+", "-").str.strip_chars("-")
    if name == "lower":
        return text.str.to_lowercase()
    return text.str.to_uppercase() if name == "upper" else text


def _currencies(texts: pl.DataFrame, signs: Signs, currency: str) -> pl.Series:
    column = texts["currency"] if "currency" in texts.columns else pl.Series([None] * texts.height, dtype=pl.String)
    spec = Field("currency", Type.CURRENCY)
    return parse(spec, column.fill_null(currency), column, signs)


def _refuse_unparsed(
    step: Pass, spec: Field, text: pl.Series, value: pl.Series, currencies: pl.Series, signs: Signs
) -> None:
    wrong = text.is_not_null() & value.is_null()
    if spec.type == Type.MONEY:  # an unknown currency is a problem of its own
        wrong &= currencies.is_not_null()
    step.refuse(spec.name, wrong, lambda found, row: reason(spec, found, currencies[row], signs))
    if spec.required:
        empty = told("The cell is empty."), told("Fill it in: every row needs a value here.")
        step.refuse(spec.name, text.is_null(), lambda _found, _row: empty)


def _check_deals(step: Pass) -> None:
    """A deal that is won or lost has a day of closing."""
    if not {"status", "closed_on"} <= set(step.values.columns):
        return  # the facts know the other: looked at when they are compared
    undated = step.values["status"].is_in(["won", "lost"]) & step.texts["closed_on"].is_null()
    step.refuse(
        "closed_on",
        undated,
        lambda _text, row: (
            told("The deal is %(status)s but has no date of closing.", status=step.values["status"][row]),
            told("Fill it in, or set the status to open."),
        ),
    )


def _with_currency(values: pl.DataFrame, found: dict[str, Source], currency: str) -> pl.DataFrame:
    """An amount without a currency column is in the default currency, and says so."""
    if "currency" not in found and {"amount", "price", "cost", "tax"} & found.keys():
        return values.with_columns(currency=pl.lit(currency))
    return values


def _with_key(values: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Records without an id of their own are found by what they say: EUR USD 2026-01-01."""
    if kind not in KEYS:
        return values
    return values.with_columns(
        external_id=pl.concat_str([pl.col(name).cast(pl.String) for name in KEYS[kind]], separator=" ")
    )


def _shares(step: Pass) -> pl.DataFrame:
    rows: list[tuple[int, str, str, int]] = []
    if "splits" not in step.texts.columns:
        return pl.DataFrame(schema=SHARES)
    for line, text in step.texts.select(LINE, "splits").filter(pl.col("splits").is_not_null()).iter_rows():
        try:
            rows += [(line, share.role, share.person, share.share_ppm) for share in parse_splits(text)]
        except SplitError as error:
            step.problems.add(Problem(line, step.columns["splits"], shorten(text), error.what, error.fix))
    return pl.DataFrame(rows, schema=SHARES, orient="row")


def _refuse_repeats(rows: pl.DataFrame, name: str, problems: Problems, columns: dict[str, str]) -> None:
    """Each external id once in a file: every further row of it is refused, naming the first."""
    first = pl.col(LINE).min().over(name).alias("first")
    again = rows.select(LINE, name, first).filter((pl.col(LINE) != pl.col("first")) & pl.col(name).is_not_null())
    for line, key, at in again.iter_rows():
        what = told("Line %(line)s has the same %(field)s.", line=str(at), field=name)
        fix = told("Remove one of the two, or correct it.")
        problems.add(Problem(line, columns.get(name, name), shorten(key), what, fix))


def refuse_the_rest(rows: pl.DataFrame, problems: Problems, column: str, *, any_deal: bool = False) -> None:
    """Of a deal of which one line can't be used, no line can be: they would add up to less than the deal. A row that
    couldn't even be read may be of `any_deal`.
    """
    bad = pl.col(LINE).is_in(list(problems.by_line))
    of_bad = rows.filter(bad)["external_id"].drop_nulls().unique().to_list()
    others = rows.filter(~bad & (pl.col("external_id").is_in(of_bad) | pl.lit(any_deal)))
    what = told("Another line of this deal can't be used, and all of them go in together.")
    if any_deal:
        what = told("A row of this file can't be read, and may be another line of this deal.")
    for line, key in others.select(LINE, "external_id").iter_rows():
        problems.add(Problem(line, column, shorten(key or ""), what, told("Correct the other row first.")))


def bad_rows(sheet: Sheet, problems: Problems) -> Iterator[tuple[int, tuple[str, ...], str]]:
    """The refused rows of a sheet read once more: line, cells as found, first problem."""
    for batch in sheet.batches:
        bad = batch.lines.is_in(list(problems.by_line))
        rows = batch.cells.filter(bad).iter_rows()
        for line, cells in zip(batch.lines.filter(bad).to_list(), rows, strict=True):
            yield line, cells, problems.by_line[line]
        for problem in batch.problems:
            yield problem.line, (problem.value,), problems.by_line[problem.line]
