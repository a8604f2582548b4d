"""How much one query may ask: past most of these numbers a query raises `LimitExceeded`.

Too many edits and too large a boost are a matter of syntax, and `QuerySyntaxError`.
"""

MAX_QUERY_LENGTH = 8_192  # characters
MAX_CANONICAL_LENGTH = 16 * MAX_QUERY_LENGTH  # characters of the canonical form
MAX_CLAUSES = 512  # words, those in phrases too
MAX_NESTING = 64  # parentheses, or signs of exclusion in a row
MAX_DEPTH = 64  # operators within operators
MAX_QUERY_WORD = 255  # characters
MAX_QUERY_VALUE = 512  # characters, of a word in a value field
MAX_PHRASE_WORDS = 128
MAX_DISTANCE = 1_000  # words, of a slop or a NEAR
MAX_EDITS = 2  # of a fuzzy word
MAX_BOOST = 1_000.0
MIN_WILDCARD_LETTERS = 2  # beside the wildcards
MAX_TIMES = 255  # places, of an atleast
MAX_FIRST = 10_000  # words, of a first
