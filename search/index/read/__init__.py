"""A commit as one set of arrays."""
