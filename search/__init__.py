"""Full-text search over a news archive: `from search.query import open_archive`."""
