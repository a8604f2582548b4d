"""Whole posting lists as arrays, over a Whoosh index; nothing here knows of articles.

`fields` are the kinds of Whoosh field that are written, `view` reads a committed index as arrays,
`matches` combines sets of documents, `proximity` finds words near each other, `patterns` expands
wildcards and misspellings, `scoring` ranks.
"""
