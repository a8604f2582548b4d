"""How articles become documents of the index.

    title description highlights body    words: terms (stems) with their positions, and the form of
                                         each word, as people type it
    keyword author source site lang      values, `folded` or `folded US as written`
    url, each extra field                the same
    id                                   the value as it is
    changed-at                           when it was updated: microseconds since 1970, in 18 digits
    is-a                                 silent, if one of the updates was a silent edit
    revision                             of the archive, in which the article came or last changed
    published, modified, seen            microseconds since 1970, UTC
    precision                            of `published`: instant, day, month or year

US is the control character "unit separator", which no text of an article has.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from search.article import Article
from search.backends.evaluate.columns import (
    CHANGED,
    COLUMNS,
    MARKS,
    VALUE_GAP,
    changed_term,
    microseconds,
    value_term,
)
from search.changes import Edits
from search.fields import MAX_INDEXED_FIELDS, TEXT_FIELDS
from search.index.copies.rules import Text
from search.index.copies.words import SketchCollector, WordHashes
from search.index.kernels import PARAGRAPH, SENTENCE
from search.index.write.invert import Documents
from search.index.write.piece_table import PieceTables
from search.index.write.words import PieceWords, WordCollector
from search.text import (
    ABBREVIATIONS,
    Analyzer,
    fold_value,
    language_named,
    parts_of_words,
    spaced,
    word_spans,
)
from search.text.stemming import language_tags

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

MAX_REMEMBERED = 500_000
"""Distinct pieces of text that the analyzer remembers from one batch to the next; about 150 MB."""


_DATED = tuple(COLUMNS.values())
_COLUMNS = (*_DATED, "revision")


@dataclass(slots=True)
class DocumentBatch:
    """The contents of the documents of some articles, in flat lists.

    A document is numbered within its segment. `numbers` has its number in each column. `texts` has the texts
    to analyse, `languages` the language of each, `places` for each the numbers of its document and its text
    field, and `compared` if the document is compared by it with others; `values` for each value field the
    documents, by number, and the value that each has.
    """

    numbers: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})
    compared: list[bool] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    places: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    values: dict[str, tuple[list[int], list[str]]] = field(default_factory=dict)


def batch_of(
    articles: Iterable[tuple[Article, Edits | None, datetime | None]],
    revisions: Iterable[int],
    first: int,
    extra_fields: Collection[str],
) -> DocumentBatch:
    """Make a batch of articles whose documents are numbered from `first` on.

    Each article comes with its updates and the time at which the archive first had it.

    The documents have these extra fields only.
    """
    made = DocumentBatch()
    documents, fields = made.places
    numbers = made.numbers
    numbers["revision"].extend(revisions)
    for number, (article, edits, seen) in enumerate(articles, start=first):
        compared = compared_fields(article)
        for name, at in zip(_DATED, (article.published, article.modified, seen), strict=True):
            numbers[name].append(microseconds(at))
        language = language_named(article.language)
        for field_number, name in enumerate(TEXT_FIELDS):
            if text := getattr(article, name):
                for part in (text,) if isinstance(text, str) else text:
                    made.texts.append(part)
                    made.compared.append(name in compared)
                    made.languages.append(language)
                    documents.append(number)
                    fields.append(field_number)
        for name, terms in value_terms(article, edits, extra_fields).items():
            holders, values = made.values.setdefault(name, ([], []))
            for term in terms:
                holders.append(number)
                values.append(term)
    return made


def value_terms(
    article: Article, edits: Edits | None, extra_fields: Collection[str]
) -> dict[str, Collection[str]]:
    """The terms of an article's values by field, without empty fields; extra fields only of these."""
    terms: dict[str, Collection[str]] = {}
    for name, written in _values(article, edits, extra_fields).items():
        if name == "id":
            terms[name] = written
        elif len(written) == 1:
            terms[name] = (value_term(written[0]),)
        else:
            # One for each folded value, spelled as the first of them.
            terms[name] = {fold_value(value): value_term(value) for value in reversed(written)}.values()
    return terms


def compared_fields(article: Article) -> tuple[str, ...]:
    """The fields by which an article is compared with others, to tell if they are copies."""
    return ("title", "body") if article.body else ("title", "description", "highlights")


class DocumentCollector:
    """Makes the documents of one segment after the other from drafts."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._tables = PieceTables(analyzer.learn, ABBREVIATIONS)
        self._piece_words = PieceWords(analyzer.words_of, analyzer.term_of)
        self._hashes = WordHashes(analyzer.words_of, analyzer.forms)
        self.clear()

    def clear(self) -> None:
        """Forget all documents."""
        if len(self._analyzer.words_of) > MAX_REMEMBERED:
            self._analyzer.forget()
            self._tables.clear()
            self._piece_words.clear()
            self._hashes.clear()
        self._words = WordCollector(TEXT_FIELDS, VALUE_GAP, self._piece_words)
        self._numbers: dict[str, list[int]] = {name: [] for name in _COLUMNS}
        self._sketches = SketchCollector(self._hashes)
        self._values: dict[str, tuple[list[int], list[str]]] = {}

    def add(self, part: DocumentBatch) -> None:
        """Take more, numbered from where the last ended."""
        texts = [spaced(text) for text in part.texts]
        pieces, counts, marks = self._tables.pieces(texts, part.languages)
        ends = [0, *accumulate(counts.tolist())]
        for number, (text, given) in enumerate(zip(texts, part.texts, strict=True)):
            if text is not given:  # it is a row of words, without the signs that end sentences
                marks[ends[number] : ends[number + 1]] = _marks_of_words(given)
        self._words.add(pieces, counts, *part.places, marks)
        first = len(self._numbers["revision"])
        owners = [number - first for number in part.places[0]]
        self._sketches.add(pieces, counts, owners, part.compared, len(part.numbers["revision"]))
        for name, column in part.numbers.items():
            self._numbers[name] += column
        for name, (numbers, values) in part.values.items():
            known = self._values.setdefault(name, ([], []))
            known[0].extend(numbers)
            known[1].extend(values)

    def texts(self, articles: Sequence[Article]) -> list[Text]:
        """The articles as texts to compare; they are not added."""
        if not self._numbers["revision"]:
            self.clear()  # of what texts before have left
        texts, languages, owners = [], [], []
        for number, article in enumerate(articles):
            for name in compared_fields(article):
                value = getattr(article, name)
                for part in (value,) if isinstance(value, str) else value:
                    texts.append(spaced(part))
                    languages.append(language_named(article.language))
                    owners.append(number)
        pieces, counts, _ = self._tables.pieces(texts, languages)
        return self._hashes.texts(pieces, counts, owners, [microseconds(a.published) for a in articles])

    def documents(self) -> Documents:
        """All that was added since the last time."""
        known = self._analyzer
        made = Documents(
            count=len(self._numbers["revision"]),
            words=self._words.collected(known.forms, known.term_of, known.terms),
            values=self._values,
            numbers=self._numbers,
            sketches=self._sketches.collected(),
        )
        self.clear()
        return made


def _marks_of_words(text: str) -> list[int]:
    """The marks of the words of a text (see `kernels.mark_boundaries`), each of which is a piece."""
    sentences, paragraphs = parts_of_words(text, word_spans(text))
    return [
        SENTENCE * (sentence != before) | PARAGRAPH * (paragraph != above)
        for sentence, before, paragraph, above in zip(
            sentences, [0, *sentences], paragraphs, [0, *paragraphs], strict=False
        )
    ]


def _values(
    article: Article, edits: Edits | None, extra_fields: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The values of an article by field, without empty fields."""
    found: dict[str, tuple[str, ...]] = {"id": (article.id,)}
    own = islice(article.extra.items(), MAX_INDEXED_FIELDS)
    found.update((name, values) for name, values in own if name in extra_fields)
    if article.keywords:
        found["keyword"] = article.keywords
    if article.authors:
        found["author"] = article.authors
    if article.source:
        found["source"] = (article.source,)
    if article.published is not None:
        found["precision"] = (article.precision,)
    if edits is not None and edits.times:
        found[CHANGED] = tuple(map(changed_term, edits.times))
        if edits.silent:
            found[MARKS] = ("silent",)
    if article.language:
        found["lang"] = language_tags(article.language)
    if article.url:
        found["url"] = (article.url,)
        if hosts := sites(article.url):
            found["site"] = hosts
    return found


@lru_cache(maxsize=100_000)
def sites(url: str) -> tuple[str, ...]:
    """The host of a URL without `www.`, and the domains above it down to the one that was registered.

    By the list of public suffixes, under which anybody can register. A host that is such a suffix itself,
    or an address in numbers, stands alone.
    """
    try:
        return _domains((urlsplit(url).hostname or "").strip("."))
    except ValueError:
        return ()


@lru_cache(maxsize=10_000)
def _domains(host: str) -> tuple[str, ...]:
    registered = None if ":" in host or host.replace(".", "").isdecimal() else _registered(host)
    if registered is None:
        return (host,) if host else ()
    if host != registered:
        host = host.removeprefix("www.")
    labels = host.removesuffix(registered).split(".")[:-1]
    return tuple(".".join([*labels[start:], registered]) for start in range(len(labels) + 1))


def _registered(host: str) -> str | None:
    """The domain of the host that was registered; None if the host is a public suffix."""
    found: str | None = _suffixes().privatesuffix(host)
    return found


@cache
def _suffixes() -> PublicSuffixList:
    """The list as it was when its package was made; nothing is downloaded."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
