"""The demo company as plain records, made from a day and a seed. Pure: no Django, no clock, no I/O."""
