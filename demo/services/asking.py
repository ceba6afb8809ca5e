"""What people ask about the month in review: a dispute that waits for an answer, and an adjustment for a decision."""

from datetime import datetime

from accounts.models import Role, User
from commissions.models import Adjustment, Period, Statement
from commissions.selectors.adjusting import Wanted
from commissions.selectors.disputes import deal_subject
from commissions.services.adjustments import Source, propose_adjustments
from commissions.services.disputes import Subject, raise_dispute
from demo.engine.asking import BONUS, MISSING
from demo.engine.people import LOGINS


def ask_about(*, period: Period, now: datetime) -> None:
    """Let the rep miss a deal in her statement, and her manager propose a bonus for her."""
    rep, manager = (User.objects.get(external_id=LOGINS[role]) for role in (Role.REP, Role.MANAGER))
    statement = Statement.objects.select_related("payee", "period").filter(period=period, payee=rep).first()
    if statement is None:
        return
    missing = deal_subject(text=MISSING.deal, customer=MISSING.customer, claimed_minor=MISSING.claimed_minor)
    raise_dispute(statement=statement, subject=Subject(**missing), reason=MISSING.reason, acting_user=rep, now=now)
    bonus = Wanted(
        payee=rep, period=period, currency=statement.currency, kind=Adjustment.Kind.BONUS, amount_minor=BONUS.minor,
        reason=BONUS.reason,
    )  # fmt: skip
    propose_adjustments(wanted=[bonus], source=Source("demo-bonus"), acting_user=manager, now=now)
