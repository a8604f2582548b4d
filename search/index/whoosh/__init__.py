"""Gives the index to Whoosh's own classes: `whoosh.index.open_dir` opens it."""
