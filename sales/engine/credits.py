"""Who is credited with deals, and on which days."""

import polars as pl


def credited_days(deals: pl.DataFrame) -> pl.DataFrame:
    """`user_id` and `on`: those credited with deals that have a day of closing, each pair once.

    `deals` has owner_id, closed_on and splits: the shares as role:user:ppm parted by semicolons. Without any, the
    owner is credited.

    >>> from datetime import date
    >>> day = date(2026, 1, 5)
    >>> splits = ["owner:3:600000;owner:4:400000", ""]
    >>> deals = pl.DataFrame({"owner_id": [1, 2], "closed_on": [day, day], "splits": splits})
    >>> credited_days(deals).sort("user_id")["user_id"].to_list()
    [2, 3, 4]
    """
    sharers = pl.col("splits").fill_null("").str.extract_all(r":\d+:")
    owner = pl.concat_list(pl.col("owner_id").cast(pl.String))
    users = pl.when(sharers.list.len() > 0).then(sharers).otherwise(owner)
    pairs = deals.filter(pl.col("closed_on").is_not_null()).select(
        users.alias("user_id"), pl.col("closed_on").alias("on")
    )
    return (
        pairs.explode("user_id")
        .with_columns(pl.col("user_id").str.strip_chars(":").cast(pl.Int64))
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
