"""Why an article was found: the sentences that show it best, and where in them the matches are.

Text goes in, text and offsets come out; how a match is shown is for those who show it. `highlight` says what
to look for, `marker` finds it in a text, `snippet` chooses sentences.
"""

from __future__ import annotations

from search.snippets.highlight import Highlight, Marks
from search.snippets.marker import Markers, mark
from search.snippets.snippet import GAP, SNIPPET_LENGTH, Snippet, snippet

__all__ = ["GAP", "SNIPPET_LENGTH", "Highlight", "Markers", "Marks", "Snippet", "mark", "snippet"]
