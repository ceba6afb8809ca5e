"""What happens below, noted."""
