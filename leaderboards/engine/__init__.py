"""Order and rank, without a database and without a clock."""
