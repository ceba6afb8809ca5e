"""Telling people by e-mail that something changed about where their money goes."""

from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from payouts.models import BankAccount
from payouts.services import accounts


def tell_of_account(*, account_id: int, what: str) -> int:
    """Send the mail in the person's language, with the mask and never the number; returns how many were sent."""
    row = BankAccount.objects.select_related("user").filter(pk=account_id).first()
    if row is None or not row.user.email:
        return 0
    with translation.override(row.user.language):
        subject, first = _said(what)
        lines = [
            _("Hello %(name)s,") % {"name": row.user.name},
            "",
            first % {"account": f"{row.bank_name} {row.mask}".strip(), "currency": row.currency},
            _("If that isn't what you expect, tell finance at once: your pay could go to somebody else."),
        ]
        return send_mail(subject, "\n".join(lines), None, [row.user.email])


def _said(what: str) -> tuple[str, str]:
    return {
        accounts.PROPOSED: (
            _("A bank account was proposed for your pay"),
            _("The account %(account)s was proposed for your pay in %(currency)s. Finance has to confirm it first."),
        ),
        accounts.CONFIRMED: (
            _("Your pay goes to another bank account"),
            _("From now on your pay in %(currency)s goes to the account %(account)s."),
        ),
        accounts.REFUSED: (
            _("A bank account was not accepted"),
            _("Finance did not accept the account %(account)s for your pay in %(currency)s."),
        ),
        accounts.ENDED: (
            _("A bank account is no longer used for your pay"),
            _("The account %(account)s is no longer used for your pay in %(currency)s."),
        ),
    }[what]
