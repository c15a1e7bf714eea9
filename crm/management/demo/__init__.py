"""Demo data: a fictional industrial supplier, the same on every machine, dated relative to the day given."""
