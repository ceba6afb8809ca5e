"""Stage 3, from measured credits to lines: the rounded pay at x1, less the rounded pay at x0."""

from collections.abc import Callable
from functools import lru_cache
from typing import cast

import polars as pl

from commissions.engine.errors import AmountTooLarge
from commissions.engine.segments import Curve, Segment
from commissions.engine.words import told

WIDE, NARROW = pl.Int128(), pl.Int64()
LARGEST_PAY = 2**62
MILLION = 1_000_000


def price(measured: pl.DataFrame, curve: Curve, *, multiplied: bool = False) -> pl.DataFrame:
    """The rows with `y0` and `y1`, the rounded pay at x0 and x1, and `uncapped`, their difference.

    Needs x0, x1, quota and target (Int64 minor units; above 0 where the curve is against the one or pays the other),
    and where pay is `multiplied`, before it is rounded, `multiplier` (Int64 millionths, not below 0). Raises
    AmountTooLarge when the arithmetic might leave 128 bits, before computing anything.
    """
    number = _dtype(measured, curve, largest(measured["multiplier"]) if multiplied else None)
    pay = measured.select(y0=_pay("x0", curve, number, multiplied), y1=_pay("x1", curve, number, multiplied))
    if number is WIDE and largest(pay["y0"], pay["y1"]) > LARGEST_PAY:
        raise AmountTooLarge(told("A line's pay would exceed 64 bits. Check the amounts and the rates of the plan."))
    y0, y1 = pay["y0"].cast(NARROW), pay["y1"].cast(NARROW)
    return measured.hstack([y0, y1, (y1 - y0).alias("uncapped")])


def largest(*columns: pl.Series) -> int:
    """The largest absolute value in the columns, as Python's integer; 0 where there is none."""
    ends = [cast("int | None", end) for column in columns for end in (column.min(), column.max())]
    return max((abs(end) for end in ends if end is not None), default=0)


def _dtype(measured: pl.DataFrame, curve: Curve, times: int | None) -> pl.DataType:
    """The narrowest integer that no step of the formula can leave; proven with Python's integers."""
    x, quota = largest(measured["x0"], measured["x1"]), largest(measured["quota"])
    unit = quota if curve.against_quota else 1
    divisors = max(part.over for part in curve.segments) * (quota if curve.over_quota else 1)
    # Never less than the constants themselves, which are made even where there are no rows.
    target = curve.paid(max(largest(measured["target"]), 1))
    starts = max(max(x, 1) * curve.scale, *(max(part.start, part.block) * max(unit, 1) for part in curve.segments))
    numerators = max(part.largest(max(x, 1), max(quota, 1), starts) for part in curve.segments) * target
    if times is not None:
        numerators, divisors = numerators * max(times, 1), divisors * MILLION
    blocks = 3 * starts if any(part.block for part in curve.segments) else starts
    bound = max(2 * numerators + divisors, 2 * divisors, blocks)
    if bound >= 2**127:
        raise AmountTooLarge(
            told(
                "Amounts up to %(most)s minor units can't be computed exactly on this curve. Check the amounts, the "
                "quotas, the targets and the decimals of the plan's thresholds and rates.",
                most=x,
            )
        )
    return NARROW if bound < 2**63 else WIDE


@lru_cache(maxsize=4096)  # building an expression takes longer than running it for one payee
def _pay(column: str, curve: Curve, number: pl.DataType, multiplied: bool) -> pl.Expr:  # noqa: FBT001 cached
    """The formula of `segments`, as columns."""
    signed = pl.col(column).cast(number)
    x = signed.abs() if curve.mirrored else signed
    quota = pl.col("quota").cast(number)
    tier = _tier(x, quota, curve, number)

    def constant(of: Callable[[Segment], int]) -> pl.Expr:
        return _by_tier([of(part) for part in curve.segments], tier, number)

    is_in_blocks = any(part.block for part in curve.segments)
    top = constant(lambda part: part.slope) * (_steps(x, quota, tier, curve, number) if is_in_blocks else x)
    if any(part.fixed for part in curve.segments):
        top += constant(lambda part: part.fixed)
    if any(part.per_quota for part in curve.segments):
        top += constant(lambda part: part.per_quota) * quota
    if curve.pays_target:
        top *= pl.col("target").cast(number)
    over = constant(lambda part: part.over)
    if multiplied:
        top, over = top * pl.col("multiplier").cast(number), over * _literal(MILLION, number)
    pay = nearest(top, over * quota if curve.over_quota else over, half_even=curve.half_even, number=number)
    return _with_sign_of(signed, pay, number) if curve.mirrored else pay


def _steps(x: pl.Expr, quota: pl.Expr, tier: pl.Expr, curve: Curve, number: pl.DataType) -> pl.Expr:
    """What slope is for: x, or the number of blocks that x has started."""

    def whole(of: Callable[[Segment], int]) -> pl.Expr:
        found = _by_tier([of(part) for part in curve.segments], tier, number)
        return found * quota if curve.against_quota else found

    size, one = whole(lambda part: part.block or 1), _literal(1, number)
    way = x * _literal(curve.scale, number) - whole(lambda part: part.counted_from)
    started = pl.when(way > 0).then((way.abs() + size - one) // size).otherwise(_literal(0, number) - way.abs() // size)
    if all(part.block for part in curve.segments):
        return started
    return (
        pl.when(_by_tier([int(bool(part.block)) for part in curve.segments], tier, number) == one)
        .then(started)
        .otherwise(x)
    )


def _tier(x: pl.Expr, quota: pl.Expr, curve: Curve, number: pl.DataType) -> pl.Expr:
    """The index of the segment that x lies in: how many thresholds it has passed."""
    passed = pl.lit(0, dtype=pl.UInt32())
    position = x * _literal(curve.scale, number) if curve.scale != 1 else x
    for part in curve.segments[1:]:
        start = _literal(part.start, number) * quota if curve.against_quota else _literal(part.start, number)
        passed += (position >= start if curve.owns_boundary else position > start).cast(pl.UInt32())
    return passed


def _by_tier(values: list[int], tier: pl.Expr, number: pl.DataType) -> pl.Expr:
    if len(set(values)) == 1:
        return _literal(values[0], number)
    return pl.lit(pl.Series(values, dtype=number)).gather(tier)


def _literal(value: int, number: pl.DataType) -> pl.Expr:
    return pl.lit(value, dtype=number)


def nearest(top: pl.Expr, over: pl.Expr, *, half_even: bool, number: pl.DataType) -> pl.Expr:
    """top / over, with `over` positive, to the nearest integer, alike on both sides of zero. The caller proves that
    twice either fits `number`.
    """
    size, two, one = top.abs(), _literal(2, number), _literal(1, number)
    if half_even:
        whole = size // over
        rest = two * (size - whole * over)
        up = (rest > over) | ((rest == over) & (whole % two == one))
        result = whole + up.cast(number)
    else:
        result = (two * size + over) // (two * over)
    return _with_sign_of(top, result, number)


def _with_sign_of(signed: pl.Expr, size: pl.Expr, number: pl.DataType) -> pl.Expr:
    negative = _literal(0, number) - size  # polars can't negate an Int128
    return pl.when(signed < 0).then(negative).otherwise(size)
