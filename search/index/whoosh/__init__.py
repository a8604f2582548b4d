"""The index through Whoosh's own classes: `whoosh.index.open_dir` opens it."""
