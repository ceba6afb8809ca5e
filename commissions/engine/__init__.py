"""The commission engine: plan documents and facts in, explained lines out. Pure: no Django, no clock, no I/O."""
