"""What is due and what is paid of it, checked bank details, and what banks answer. No Django, no clock, no I/O."""
