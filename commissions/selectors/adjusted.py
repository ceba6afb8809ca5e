"""What approved adjustments add to statements: for whoever posts them, and for whoever recomputes one."""

from collections.abc import Iterable, Sequence

from django.db.models import Sum

from commissions.models import Adjustment, Statement

Key = tuple[int, str]  # payee and currency
Place = tuple[int, int, str]  # period, payee and currency


def adjusted_sums(*, period_id: int, payees: Sequence[int]) -> dict[Key, int]:
    """By payee and currency, of all who have an adjustment that counts in the period, also where they add up to 0."""
    rows = Adjustment.objects.counting().filter(period=period_id, payee__in=list(payees))
    sums = rows.values_list("payee", "currency").annotate(Sum("amount_minor")).order_by("payee", "currency")
    return {(payee, currency): int(amount) for payee, currency, amount in sums}


def payables(places: Iterable[Place]) -> dict[Place, int]:
    """What these statements pay with the adjustments of this moment, which they themselves may show a second later."""
    wanted = set(places)
    periods, payees = {period for period, _payee, _code in wanted}, {payee for _period, payee, _code in wanted}
    found = dict.fromkeys(wanted, 0)
    rows = Statement.objects.filter(period__in=periods, payee__in=payees)
    for period, payee, currency, payable, adjusted in rows.values_list(
        "period", "payee", "currency", "payable_minor", "adjusted_minor"
    ):
        if (period, payee, currency) in wanted:
            found[period, payee, currency] += payable - adjusted
    counting = Adjustment.objects.counting().filter(period__in=periods, payee__in=payees)
    for period, payee, currency, amount in counting.values_list("period", "payee", "currency").annotate(
        Sum("amount_minor")
    ):
        if (period, payee, currency) in wanted:
            found[period, payee, currency] += int(amount)
    return found
