"""The SQL of a pass. Each statement takes a scope, computes what is true in it and writes only the difference."""

from psycopg import sql

from kpis.selectors.definitions import KPIS

# $stale: the people and months of the pass. Rates are looked up once for each currency and day, not for each deal.
_FACTS = sql.SQL("""
WITH stale AS (
    SELECT DISTINCT user_id, month FROM unnest(%(users)s::bigint[], %(months)s::date[]) AS s(user_id, month)
), deals AS (
    SELECT stale.user_id, stale.month, deal.closed_on, deal.currency, deal.amount_minor,
        CASE WHEN deal.status = 'won' AND deal.amount_minor < 0 THEN 'refund' ELSE deal.status END AS status
    FROM stale JOIN sales_deal deal ON deal.owner_id = stale.user_id
        AND deal.closed_on >= stale.month AND deal.closed_on < stale.month + interval '1 month'
    WHERE deal.status IN ('won', 'lost')
), factors AS (
    SELECT * FROM unnest(%(currencies)s::text[], %(factors)s::numeric[]) AS f(currency, factor)
), rates AS (
    SELECT day.currency, day.closed_on, factors.factor * (
        SELECT rate FROM sales_exchangerate r
        WHERE r.source = day.currency AND r.target = %(currency)s AND r.starts_on <= day.closed_on
        ORDER BY r.starts_on DESC LIMIT 1
    ) AS rate
    FROM (SELECT DISTINCT currency, closed_on FROM deals) day JOIN factors USING (currency)
    WHERE day.currency <> %(currency)s
), facts AS (
    SELECT deals.user_id, deals.month, deals.status, coalesce(membership.team_id, 0) AS team_id,
        CASE WHEN deals.currency = %(currency)s THEN deals.amount_minor::numeric
            ELSE round(deals.amount_minor * rates.rate) END AS amount
    FROM deals
    LEFT JOIN rates ON rates.currency = deals.currency AND rates.closed_on = deals.closed_on
    LEFT JOIN accounts_membership membership
        ON membership.user_id = deals.user_id AND membership.during @> deals.closed_on
)
""")

_PARTS = sql.SQL("""
, sums AS (
    SELECT user_id, month, team_id, {aggregates} FROM facts GROUP BY user_id, month, team_id
), fresh AS (
    SELECT sums.user_id, sums.month, sums.team_id, v.kpi, v.numerator, v.denominator
    FROM sums CROSS JOIN LATERAL (VALUES {values}) AS v(kpi, numerator, denominator)
), gone AS (
    DELETE FROM kpis_kpipart p USING stale
    WHERE p.user_id = stale.user_id AND p.month = stale.month AND NOT EXISTS (
        SELECT FROM fresh WHERE (fresh.user_id, fresh.month, fresh.team_id, fresh.kpi)
            = (p.user_id, p.month, p.team_id, p.kpi)
    )
    RETURNING p.team_id, p.month
), put AS (
    INSERT INTO kpis_kpipart AS p (user_id, month, team_id, kpi, numerator, denominator)
    SELECT user_id, month, team_id, kpi, numerator, denominator FROM fresh
    ON CONFLICT (user_id, month, team_id, kpi) DO UPDATE
        SET numerator = excluded.numerator, denominator = excluded.denominator
        WHERE (p.numerator, p.denominator) <> (excluded.numerator, excluded.denominator)
    RETURNING p.team_id, p.month
)
SELECT team_id, month FROM gone WHERE team_id <> 0 UNION SELECT team_id, month FROM put WHERE team_id <> 0
""")


def parts() -> sql.Composed:
    """Bring the parts of `users` x `months` (pairs) up to date; returns the (team, month) of those that changed."""
    aggregates, values = [], []
    for number, kpi in enumerate(KPIS.values()):
        pair = {"n": sql.Identifier(f"n{number}"), "d": sql.Identifier(f"d{number}")}
        denominator = sql.SQL(kpi.denominator or "1")
        aggregates.append(sql.SQL("{} AS {n}, {} AS {d}").format(sql.SQL(kpi.numerator), denominator, **pair))
        values.append(sql.SQL("({}, {n}, {d})").format(sql.Literal(kpi.key), **pair))
    comma = sql.SQL(", ")
    return _FACTS + _PARTS.format(aggregates=comma.join(aggregates), values=comma.join(values))


# Every team whose number contains these teams' numbers. UNION (not ALL) ends a circle.
TEAMS_ABOVE = """
WITH RECURSIVE above(team_id, month) AS (
    SELECT * FROM unnest(%(teams)s::bigint[], %(months)s::date[])
    UNION
    SELECT team.parent_id, above.month FROM above JOIN accounts_team team ON team.id = above.team_id
    WHERE team.parent_id IS NOT NULL
)
SELECT team_id, month FROM above
"""

_SCOPE = sql.SQL("""
WITH RECURSIVE scope(subject_kind, subject_id, period_kind, period_start, period_end) AS (
    SELECT subject_kind, subject_id, {period_kind}, period_start, (period_start + {length}::interval)::date
    FROM unnest(%(kinds)s::text[], %(subjects)s::bigint[], %(starts)s::date[])
        AS s(subject_kind, subject_id, period_start)
)
""")

_MONTH_SUMS = sql.SQL("""
, below(root, team_id) AS (
    SELECT DISTINCT subject_id, subject_id FROM scope WHERE subject_kind = 'team'
    UNION
    SELECT below.root, team.id FROM below JOIN accounts_team team ON team.parent_id = below.team_id
), sums AS (
    SELECT scope.subject_kind, scope.subject_id, scope.period_start, p.kpi,
        sum(p.numerator) AS numerator, sum(p.denominator) AS denominator
    FROM scope JOIN kpis_kpipart p ON p.user_id = scope.subject_id AND p.month = scope.period_start
    WHERE scope.subject_kind = 'person' GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT scope.subject_kind, scope.subject_id, scope.period_start, p.kpi, sum(p.numerator), sum(p.denominator)
    FROM scope JOIN below ON below.root = scope.subject_id
        JOIN kpis_kpipart p ON p.team_id = below.team_id AND p.month = scope.period_start
    WHERE scope.subject_kind = 'team' GROUP BY 1, 2, 3, 4
)
""")

_LONGER_SUMS = sql.SQL("""
, sums AS (
    SELECT scope.subject_kind, scope.subject_id, scope.period_start, v.kpi,
        sum(v.numerator) AS numerator, sum(v.denominator) AS denominator
    FROM scope JOIN kpis_kpivalue v ON v.subject_kind = scope.subject_kind AND v.subject_id = scope.subject_id
        AND v.period_kind = 'month' AND v.period_start >= scope.period_start AND v.period_start < scope.period_end
    GROUP BY 1, 2, 3, 4
)
""")

# A row that is right already is left alone: what is returned is what has changed.
_WRITE = sql.SQL("""
, fresh AS (
    SELECT subject_kind, subject_id, period_start, kpi, numerator,
        CASE WHEN kpi = ANY(%(totals)s) THEN 1 ELSE denominator END AS denominator,
        CASE WHEN kpi = ANY(%(money)s) THEN %(currency)s ELSE '' END AS currency
    FROM sums WHERE numerator <> 0 OR denominator <> 0
), gone AS (
    DELETE FROM kpis_kpivalue v USING scope
    WHERE v.subject_kind = scope.subject_kind AND v.subject_id = scope.subject_id
        AND v.period_kind = scope.period_kind AND v.period_start = scope.period_start AND NOT EXISTS (
            SELECT FROM fresh WHERE (fresh.subject_kind, fresh.subject_id, fresh.period_start, fresh.kpi)
                = (v.subject_kind, v.subject_id, v.period_start, v.kpi)
        )
    RETURNING v.subject_kind, v.subject_id, v.period_start
), put AS (
    INSERT INTO kpis_kpivalue AS v (
        kpi, subject_kind, subject_id, period_kind, period_start, numerator, denominator, currency, computed_at
    )
    SELECT kpi, subject_kind, subject_id, {period_kind}, period_start, numerator, denominator, currency, %(now)s
    FROM fresh
    ON CONFLICT (kpi, subject_kind, period_kind, period_start, subject_id) DO UPDATE
        SET numerator = excluded.numerator, denominator = excluded.denominator, currency = excluded.currency,
            computed_at = excluded.computed_at
        WHERE (v.numerator, v.denominator, v.currency)
            <> (excluded.numerator, excluded.denominator, excluded.currency)
    RETURNING v.subject_kind, v.subject_id, v.period_start
)
SELECT subject_kind, subject_id, period_start FROM gone
UNION SELECT subject_kind, subject_id, period_start FROM put
""")


def values(period_kind: str) -> sql.Composed:
    """Bring values up to date: months from the parts, longer periods from the months; returns what changed."""
    length = {"month": "1 month", "quarter": "3 months", "year": "1 year"}[period_kind]
    sums = _MONTH_SUMS if period_kind == "month" else _LONGER_SUMS
    names = {"period_kind": sql.Literal(period_kind), "length": sql.Literal(length)}
    return _SCOPE.format(**names) + sums + _WRITE.format(**names)
