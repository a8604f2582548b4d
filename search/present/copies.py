"""The copies of an article as text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from difflib import SequenceMatcher

from search.article import Article
from search.engine import Copy
from search.present.safe import printable, when
from search.text import fold, sentence_spans


def copies_as_text(copies: Sequence[Copy], zone: tzinfo, *, diff: bool = False) -> Iterator[str]:
    """Write a line for each copy, and with `diff` the sentences that only it or only the first one has."""
    for number, copy in enumerate(copies):
        article = copy.article
        kind = copy.kind if number else "first"
        facts = (when(article.published, zone, article.precision), article.source, article.title, article.id)
        shown = "  ".join(printable(fact) for fact in facts if fact)
        yield f"{kind:<8}  {copy.share:>4.0%}  {shown}"
        if diff and number:
            yield from (f"    {line}" for line in _differences(copies[0].article, article))


def _differences(first: Article, other: Article) -> Iterator[str]:
    """Sentences that one of the articles lacks: `- ` before the first one's, `+ ` before the other's."""
    one, two = _sentences(first), _sentences(other)
    matcher = SequenceMatcher(
        None, [fold(text) for text in one], [fold(text) for text in two], autojunk=False
    )
    for what, start, end, other_start, other_end in matcher.get_opcodes():
        if what != "equal":
            yield from (f"- {printable(text)}" for text in one[start:end])
            yield from (f"+ {printable(text)}" for text in two[other_start:other_end])


def _sentences(article: Article) -> list[str]:
    texts = (article.title, article.body or "\n".join((article.description, *article.highlights)))
    return [" ".join(text[start:end].split()) for text in texts for start, end in sentence_spans(text)]
