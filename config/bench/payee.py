"""One payee among many: how soon her pay is right after a change, and how soon an estimate answers."""

import resource
import time
from collections.abc import Sequence
from datetime import date
from statistics import median, quantiles
from typing import Final

from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from commissions.services import get_period, note_facts, recalculate_stale
from config.bench import workload
from config.bench.copying import WHAT, Copying, time_copy
from config.bench.results import Measured
from config.bench.run import fill, refuse_unless_empty, stored_lines
from core.periods import PeriodKind, period_of
from sales.models import Deal

OPEN: Final = 10  # deals of an estimate


def measure_payee(*, deals: int, payees: int, components: int, sample: int) -> list[Measured]:
    """The median over a sample of payees of a filled database, against the COPY of the lines of one of them.

    Raises NotEmptyError: it fills the database that it is given.

    1. Fill the database with the made-up year, and give each payee of the sample some open deals.
    2. Time the recalculation of one payee's statement of that year after one of her deals changed: what a worker does.
    3. Time the estimator's answer to a changed amount: what the browser fetches, with its page's access and rendering.
    """
    refuse_unless_empty()
    fill(workload.workload(deals, payees, components), timezone.now())
    get_period(calendar=period_of(workload.YEAR[0], PeriodKind.YEAR))
    chosen = list(User.objects.order_by("pk")[:: max(payees // sample, 1)][:sample])
    for payee in chosen:
        _changed(payee)  # the first time makes the statement
    recalculated = [_changed(payee) for payee in chosen]
    baseline = _baseline([payee.pk for payee in chosen])
    estimated = [_estimated(payee) for payee in chosen]
    return [_measured("payee", recalculated, baseline), _measured("estimate", estimated, baseline)]


def _changed(payee: User) -> float:
    """Seconds from the note that a deal changed to statements that are right again, committed."""
    deal = Deal.objects.filter(owner=payee, status=Deal.Status.WON).order_by("pk").first()
    if deal is None or deal.closed_on is None:
        raise RuntimeError(f"{payee} has no deal. Use more deals, or fewer payees.")
    Deal.objects.filter(pk=deal.pk).update(amount_minor=F("amount_minor") + 1_00)
    note_facts(touched=[(payee.pk, deal.closed_on)])
    started = time.perf_counter()
    recalculate_stale(now=timezone.now())
    return time.perf_counter() - started


def _baseline(payees: Sequence[int]) -> Copying:
    """What COPYing one payee's lines takes, and how many they are: medians."""
    times = [time_copy(stored_lines([payee]), repeat=1) for payee in payees]
    return Copying(
        rows=round(median(each.rows for each in times)),
        seconds=median(each.seconds for each in times),
        bare_seconds=median(each.bare_seconds for each in times),
    )


def _estimated(payee: User) -> float:
    deals = _open_deals(payee)
    client = Client(headers={"HX-Request": "true"}, SERVER_NAME="localhost")
    client.force_login(payee, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("commissions:estimator")
    client.get(address)
    started = time.perf_counter()
    response = client.get(address, {f"amount-{deals[0].pk}": "12345"})
    seconds = time.perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"The estimator answered {response.status_code}.")
    return seconds


def _open_deals(payee: User) -> list[Deal]:
    return Deal.objects.bulk_create(
        Deal(
            id=10**9 + payee.pk * OPEN + number,  # beyond those that `fill` chose
            external_id=f"open-{payee.pk}-{number}",
            owner=payee,
            status=Deal.Status.OPEN,
            amount_minor=1_000_000 + number,
            currency="USD",
            closed_on=date(timezone.localdate().year, 12, 1 + number),
        )
        for number in range(OPEN)
    )


def _measured(name: str, seconds: Sequence[float], baseline: Copying) -> Measured:
    middle = median(seconds)
    return Measured(
        name=name,
        seconds=round(middle, 5),
        baseline=f"{WHAT}, of one payee",
        baseline_seconds=round(baseline.seconds, 5),
        ratio=round(middle / baseline.seconds, 2),
        rows=baseline.rows,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        bare_seconds=round(baseline.bare_seconds, 5),
        stages={"p95": round(quantiles(seconds, n=20)[-1], 5)} if len(seconds) > 1 else {},
    )
