"""Who is credited with deals, and on which days."""

import polars as pl

DAYS = ("closed_on", "invoiced_on", "cancelled_on")  # of a deal, on each of which a plan may credit it or take it back


def credited_days(deals: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """`user_id` and `on`: those credited with deals, on the deals' days and on those of their payments, each pair once.

    `deals` has id, owner_id, the days and splits: the shares as role:user:ppm parted by semicolons. The owner is among
    them: where no share has that role the deal is wholly the owner's, and KPIs go by it whatever the shares. `paid` has
    the deal's `id` and `on`.

    >>> from datetime import date
    >>> closed, invoiced = date(2026, 1, 5), date(2026, 2, 1)
    >>> deals = pl.DataFrame({"id": [8, 9], "owner_id": [1, 2], "splits": ["owner:3:600000;owner:4:400000", ""],
    ...     "closed_on": [closed, closed], "invoiced_on": [None, invoiced], "cancelled_on": [None, None]})
    >>> paid = pl.DataFrame({"id": [8], "on": [date(2026, 3, 1)]})
    >>> credited_days(deals, paid).sort("user_id", "on").select("user_id", pl.col("on").dt.month()).rows()
    [(1, 1), (1, 3), (2, 1), (2, 2), (3, 1), (3, 3), (4, 1), (4, 3)]
    """
    sharers = pl.col("splits").fill_null("").str.extract_all(r":\d+:")
    users = pl.concat_list(pl.col("owner_id").cast(pl.String), sharers)
    people = deals.select("id", user_id=users).explode("user_id")
    days = [deals.select("id", on=pl.col(day).cast(pl.Date)) for day in DAYS]
    dated = pl.concat([*days, paid.select("id", "on")]).drop_nulls().unique()
    return (
        people.join(dated, on="id")
        .select(pl.col("user_id").str.strip_chars(":").cast(pl.Int64), "on")
        .drop_nulls()
        .unique()
    )


def sharers(splits: pl.Series) -> list[int]:
    """The ids of all who have a share.

    >>> sharers(pl.Series(["owner:3:600000;owner:4:400000", "", None]))
    [3, 4]
    """
    found = splits.str.extract_all(r":\d+:").explode().drop_nulls().str.strip_chars(":").cast(pl.Int64)
    return found.unique().sort().to_list()
