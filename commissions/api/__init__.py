"""Periods, runs, statements, lines and adjustments for programs."""
