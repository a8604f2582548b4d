"""Why an article was found: the sentences that show it best, and where in them the matches are.

Text goes in, text and offsets come out; `search.present` decides how a match is shown. `highlight` has the
words to look for, `marker` finds them in a text, `snippet` chooses sentences.
"""

from __future__ import annotations

from search.snippets.highlight import Highlight, Marks
from search.snippets.marker import Markers, mark
from search.snippets.snippet import GAP, SNIPPET_LENGTH, Snippet, snippet

__all__ = ["GAP", "SNIPPET_LENGTH", "Highlight", "Markers", "Marks", "Snippet", "mark", "snippet"]
