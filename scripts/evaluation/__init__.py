"""Measures how well articles are ranked, on collections with judgments, beside other engines."""
