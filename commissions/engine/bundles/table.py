"""A frame as a CSV file, and back to the last bit: a missing value is an empty field, an empty text is two quotes."""

import io
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from commissions.engine.bundles.needs import Needs
from commissions.engine.bundles.refusals import BundleRefused
from commissions.engine.expressions.fields import CUSTOM, field_of
from commissions.engine.frames import Schema
from commissions.engine.words import told


@dataclass(frozen=True, slots=True)
class Table:
    """One frame of what a calculation reads."""

    file: str
    path: str  # in `Inputs`: the field, or field.field
    schema: Schema
    what: str  # for who reads the bundle: what a row is
    keeps: Callable[[Needs], pl.Expr]  # which rows a single payee's statement needs
    has_custom: bool = False  # whether the company adds columns of its own, which are texts

    def columns_of(self, frame: pl.DataFrame) -> list[str]:
        """The columns that are written: those of the schema in its order, then the company's own."""
        return [
            *(name for name in self.schema if name in frame.columns),
            *sorted(filter(self._is_custom, frame.columns)),
        ]

    def to_csv(self, frame: pl.DataFrame) -> bytes:
        """The rows in an order of their own, whatever order they came in; other columns are left out."""
        kept = frame.select(self.columns_of(frame))
        return kept.sort(kept.columns, nulls_last=True).write_csv(date_format="%Y-%m-%d").encode()

    def from_csv(self, content: bytes) -> pl.DataFrame:
        """The frame that `to_csv` wrote. Raises BundleRefused, naming the file, where it isn't such a one."""
        kinds = {column: self.schema.get(column, pl.String()) for column in self._header(content)}
        dates = [column for column, kind in kinds.items() if kind == pl.Date]
        read = {column: pl.String() if column in dates else kind for column, kind in kinds.items()}
        try:
            found = pl.read_csv(io.BytesIO(content), schema=read)
            return found.with_columns(pl.col(dates).str.to_date("%Y-%m-%d", strict=True))
        except PolarsError as error:
            reason = str(error).splitlines()[0]
            raise BundleRefused(told("%(name)s can't be read: %(reason)s", name=self.file, reason=reason)) from None

    def _header(self, content: bytes) -> list[str]:
        first, newline, _rest = content.partition(b"\n")
        header = first.decode(errors="replace").split(",")
        if not newline or len(set(header)) < len(header):
            raise BundleRefused(told("%(name)s doesn't begin with the names of its columns.", name=self.file))
        for column in header:
            if column not in self.schema and not self._is_custom(column):
                raise BundleRefused(
                    told("%(name)s has a column that is unknown here: %(column)s.", name=self.file, column=column)
                )
        return header

    def _is_custom(self, column: str) -> bool:
        return self.has_custom and column.startswith(CUSTOM) and field_of(f"deal.{column}") is not None
