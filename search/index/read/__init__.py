"""One commit of an index, all its segments as one set of arrays."""
