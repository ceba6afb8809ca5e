"""Files of a batch: made once, kept, and given out the same to the byte."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from payouts import papers, selectors
from payouts.models import Batch, BatchFile, seal_bytes, unseal_bytes
from payouts.services.locks import lock_payouts
from payouts.services.refusals import PayoutRefused
from payouts.services.writing import log, refuse_outsiders


@transaction.atomic
def batch_file(*, batch: Batch, name: str, acting_user: User | None, now: datetime) -> bytes:
    """The file as it was first handed out. Raises PayoutRefused: not handed over, or changed behind our back."""
    refuse_outsiders(acting_user)
    if not batch.exported_at:
        raise PayoutRefused(_("Batch %(number)s isn't handed over yet, so it has no files.") % {"number": batch})
    if not selectors.content_is_intact(batch):
        raise PayoutRefused(
            _("Batch %(number)s isn't what was handed over: its content was changed in the database.")
            % {"number": batch}
        )
    lock_payouts()
    row = batch.files.filter(name=name).first() or keep_file(batch, name, now)
    content = unseal_bytes(bytes(row.content_sealed))
    if hashlib.sha256(content).hexdigest() != row.content_hash:
        raise PayoutRefused(_("The file isn't what was handed out: it was changed in the database."))
    log(f"file {name} handed out of batch", batch, acting_user, now)
    return content


def keep_file(batch: Batch, name: str, now: datetime) -> BatchFile:
    """Make a file and keep it. Under lock_payouts. Raises PayoutRefused."""
    try:
        content = papers.made(batch, name)
    except papers.PaperRefused as error:
        raise PayoutRefused(str(error)) from None
    return BatchFile.objects.create(
        batch=batch, name=name, content_sealed=seal_bytes(content),
        content_hash=hashlib.sha256(content).hexdigest(), made_at=now,
    )  # fmt: skip
