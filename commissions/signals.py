"""What commissions announces."""

from django.dispatch import Signal

# statements_stale.send(sender): notes were written in this transaction; somebody must take them up after its commit.
statements_stale = Signal()
# run_started.send(sender, run_id: int, chunks: int): within the transaction that made the run.
run_started = Signal()
# statements_changed.send(sender, payee_ids: frozenset[int]): after the commit of new statements.
statements_changed = Signal()
# chains_changed.send(sender): within the transaction; whom published statements wait for has to be worked out again.
chains_changed = Signal()
# period_moved.send(sender, period_id: int, before: str, after: str): within the transaction that moved it.
period_moved = Signal()
# dispute_ended.send(sender, dispute_id: int): within the transaction that ended it; the payee is to be told.
dispute_ended = Signal()
