"""The slow obvious engine, which judges the real ones and imports nothing of theirs.

Of the program it uses the values of the seam, the query language, dates and the analysis of text.

matches     which articles match: set logic
bm25f       their scores
spans       where the words, phrases and pairs of a query stand in the text of an article
values      the values of an article, wildcards and spellings, one comparison at a time
dates       which period an article is of, and timelines, day by day
facets      how many articles have each value
vocabulary  the words and values that are near to a word
copies      which articles are copies of each other, and the groups of them
history     what becomes of articles that are put in and taken out
engine      all of it as an `Engine`
"""

from tests.reference.engine import ReferenceEngine

__all__ = ["ReferenceEngine"]
