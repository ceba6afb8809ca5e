"""Reading approvals: chains, cases, what waits for whom, what a statement's page shows."""
