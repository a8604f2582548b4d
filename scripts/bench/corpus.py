"""The articles that are indexed, and the same articles as terms for engines with another analysis.

All peers are given the terms of this project's analysis, separated by spaces. So the matches are the same
for all and can be compared. The peers are spared the stemming, which this engine does itself.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from peers.contract import DISTANCE
from search.article import Article
from search.index.write.piece_table import PieceTable
from search.sources import Accepted, ReadOptions, read_paths
from search.text import Analyzer, sentence_spans

SEED = 20251124
STAND_IN = "qz"
"""Letters in place of each character of a term that is not a letter or digit, for the others' tokenizers."""

SEPARATORS = ["qzfieldqz"] * DISTANCE
"""Terms between title and body, so that no phrase, and no words that are near, are in both."""

_NOT_PLAIN = re.compile(r"[^\w]|_")


def read_articles(path: Path) -> list[Article]:
    """Every article of a file or folder, its keywords and places as keywords."""
    found = []
    for item in read_paths([path], ReadOptions()):
        if isinstance(item, Accepted):
            own = item.article
            tags = tuple(
                dict.fromkeys(own.keywords + own.extra.get("topics", ()) + own.extra.get("places", ()))
            )
            when = own.published or datetime(1987, 1, 1, tzinfo=UTC)
            found.append(
                Article(
                    id=own.id, title=own.title, body=own.body, published=when, keywords=tags, source="wire"
                )
            )
    return found


def resampled(articles: list[Article], count: int) -> Iterator[Article]:
    """`count` articles as long as the given ones, made of their sentences drawn at random.

    A word that is in at most three of the given articles gets an ending each time it is drawn, out of ever
    more endings, so that the vocabulary grows with the number of articles, as in real news.
    """
    draw = random.Random(SEED)
    documents: dict[str, int] = {}
    for article in articles:
        for word in set(re.findall(r"[a-z]{4,}", article.body)):
            documents[word] = documents.get(word, 0) + 1
    rare = {word for word, df in documents.items() if df <= 3}
    sentences = []
    for article in articles:
        for start, end in sentence_spans(article.body):
            text = article.body[start:end]
            parts = re.split(r"([a-z]{4,})", text)
            sentences.append((parts, [n for n, part in enumerate(parts) if part in rare]))
    lengths = [max(1, len(sentence_spans(article.body))) for article in articles]
    begin = datetime(2000, 1, 1, tzinfo=UTC)
    for number in range(count):
        model = draw.randrange(len(articles))
        chosen = []
        for _ in range(lengths[model]):
            parts, at = sentences[draw.randrange(len(sentences))]
            if at:
                parts = list(parts)
                for n in at:
                    parts[n] += _ending(draw.randrange(1 + int((number + 1) ** 0.6)))
            chosen.append("".join(parts))
        yield Article(
            id=f"s{number}",
            title=articles[model].title,
            body="\n".join(chosen),
            published=begin + timedelta(minutes=draw.randrange(13_000_000)),
            keywords=articles[model].keywords,
            source="wire",
        )


def _ending(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[rest]
    return letters


def write_corpus(articles: Iterator[Article], folder: Path) -> dict[str, int]:
    """Write `articles.jsonl`, `lines.jsonl` and `spellings.json`; return counts of articles and bytes."""
    analyzer = Analyzer()
    table = PieceTable(analyzer.learn)
    spelled: list[str] = []  # the terms of each piece
    count = size = 0
    with (folder / "articles.jsonl").open("w") as whole, (folder / "lines.jsonl").open("w") as lines:
        while some := list(islice(articles, 1_000)):
            pieces, counts, _ = table.pieces([text for each in some for text in (each.title, each.body)])
            for words in analyzer.words_of[len(spelled) :]:
                spelled.append(
                    " ".join([_plain(analyzer.terms[analyzer.term_of[w]]) for w in words if w >= 0])
                )
            terms = [spelled[piece] for piece in pieces.tolist()]
            ends = counts.cumsum().tolist()
            begin = 0
            for article, middle, end in zip(some, ends[::2], ends[1::2], strict=True):
                record = json.dumps(article.as_record(), ensure_ascii=False)
                whole.write(record + "\n")
                text = [*terms[begin:middle], *SEPARATORS, *terms[middle:end]]
                assert article.published is not None
                seconds = int(article.published.timestamp())
                line = [article.id, " ".join(text), list(article.keywords), seconds, record]
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                begin = end
                size += len(article.title.encode()) + len(article.body.encode())
            count += len(some)
    forms: dict[str, list[str]] = {}
    for form, term in zip(analyzer.forms, analyzer.term_of, strict=True):
        forms.setdefault(form, []).append(_plain(analyzer.terms[term]))
    (folder / "spellings.json").write_text(json.dumps(forms))
    return {"articles": count, "text": size}


def _plain(term: str) -> str:
    return _NOT_PLAIN.sub(STAND_IN, term)
