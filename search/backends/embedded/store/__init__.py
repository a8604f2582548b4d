"""The articles themselves, in SQLite: `articles.db` is the truth that the index is made from.

layout      the tables, and their formats              rows        a row to an article, checked
connection  the file opened, SQLite's errors as ours   changes     what one transaction does
store       the store                                  versions    what was replaced, and when
upgrade     from an older format to this one
"""

from search.backends.embedded.store.changes import Change, Changes
from search.backends.embedded.store.connection import SQLITE_VERSION
from search.backends.embedded.store.store import Store

__all__ = ["SQLITE_VERSION", "Change", "Changes", "Store"]
