"""What the apps above, and our own receivers, may want to know."""

from django.dispatch import Signal

account_changed = Signal()  # account_id: int, what: str (a key of services.accounts.NEWS); sent in the transaction
