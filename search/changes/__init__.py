"""Differences between two versions of an article: levels of change, silent edits, texts side by side.

levels       which parts differ, how far, and whether the article says so
corrections  the words by which a headline says that an article was changed, in each language
diff         two texts as spans that were kept, removed and added
edits        when an article was updated, and whether silently
"""

from search.changes.diff import By, Span, TextDiff, compare_texts
from search.changes.edits import Edits, edits_of
from search.changes.levels import LEVELS, ChangeLevel, is_silent, levels_between, whole_text

__all__ = [
    "LEVELS",
    "By",
    "ChangeLevel",
    "Edits",
    "Span",
    "TextDiff",
    "compare_texts",
    "edits_of",
    "is_silent",
    "levels_between",
    "whole_text",
]
