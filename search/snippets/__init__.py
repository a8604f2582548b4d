"""Why an article was found: the sentences that show it best, and where in them the matches are.

Text goes in, text and offsets come out; `search.present` decides how a match is shown. `highlight` has the
words to look for, and `conditions` where they must stand; `marker` finds them in a text, and `snippet`
chooses sentences.
"""

from __future__ import annotations

from search.snippets.conditions import highlights_of
from search.snippets.highlight import Apart, Condition, Either, Highlight, Inside, Marks, Pair
from search.snippets.marker import Markers, mark
from search.snippets.snippet import GAP, SNIPPET_LENGTH, Snippet, snippet

__all__ = [
    "GAP",
    "SNIPPET_LENGTH",
    "Apart",
    "Condition",
    "Either",
    "Highlight",
    "Inside",
    "Markers",
    "Marks",
    "Pair",
    "Snippet",
    "highlights_of",
    "mark",
    "snippet",
]
