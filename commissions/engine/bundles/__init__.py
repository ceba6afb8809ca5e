"""What a statement was computed from, as files that anybody can read, and the same statement out of them again."""
