"""What is posted to the general ledger: pure."""
