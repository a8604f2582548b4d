"""Make judged collections of short queries from any articles: names, and words of titles.

    names    a name of two or three words, as articles write it; the articles with the name in the title are
             right. The titles are left out of the documents, so that the texts must show it.
    titles   two to four words that follow each other in a title; the article with this title is right.

Half of the queries are for tuning, the other half is held back to check with.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import click

from search.article import Article
from search.present.schema import to_json_lines
from search.sources import Accepted, ReadOptions, read_paths
from search.text import STOP_WORDS, fold, forms, words

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}\b(?! [A-Z])")
"""Words with capitals within a sentence."""

MIN_MENTIONS, MAX_RIGHT = 3, 20
"""A name is in at least this many articles, and in at most this many titles."""

Asked = list[tuple[str, list[str]]]
"""Queries, each with the ids of the right articles."""


def names(articles: Sequence[Article]) -> Asked:
    """Names that stand in texts, with the articles that have them in their titles."""
    mentions = Counter(name for article in articles for name in set(_NAME.findall(article.body)))
    by_length: dict[int, dict[str, list[str]]] = {2: defaultdict(list), 3: defaultdict(list)}
    for article in articles:
        found = forms(article.title)
        for length, titles in by_length.items():
            for run in {" ".join(found[at : at + length]) for at in range(len(found) - length + 1)}:
                titles[run].append(article.id)
    asked = []
    for name, count in sorted(mentions.items()):
        right = by_length[len(name.split())].get(" ".join(forms(name)), [])
        if count >= MIN_MENTIONS and 1 <= len(right) <= MAX_RIGHT:
            asked.append((name.lower(), right))
    return asked


def titles(articles: Sequence[Article], choice: Random) -> Asked:
    """A few words of each title, which do not begin or end with a stop word."""
    asked = []
    for article in articles:
        found = words(article.title)
        runs = [found[at : at + n] for n in (2, 3, 4) for at in range(len(found) - n + 1)]
        runs = [run for run in runs if not {fold(run[0]), fold(run[-1])} & STOP_WORDS["english"]]
        if runs:
            asked.append((" ".join(choice.choice(runs)).lower(), [article.id]))
    return asked


def write(folder: Path, articles: Iterable[Article], asked: Asked) -> None:
    """Write a collection as `scripts/evaluate` reads it."""
    folder.mkdir(parents=True)
    documents = to_json_lines(articles)
    queries = (f"{number}\t{query}\n" for number, (query, _) in enumerate(asked))
    judgments = (f"{number} 0 {one} 1\n" for number, (_, right) in enumerate(asked) for one in right)
    for name, lines in (("docs.jsonl", documents), ("queries.tsv", queries), ("qrels.txt", judgments)):
        with (folder / name).open("w", encoding="utf-8") as file:
            file.writelines(lines)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--queries", "count", default=400, show_default=True, help="At most this many of each kind.")
@click.option("--seed", default=20251124, show_default=True, help="Choose other queries.")
def main(source: Path, folder: Path, count: int, seed: int) -> None:
    """Make collections of short queries in FOLDER from the articles that `news index SOURCE` reads."""
    items = read_paths([source], ReadOptions())
    articles = list({item.article.id: item.article for item in items if isinstance(item, Accepted)}.values())
    untitled = [replace(article, title="") for article in articles if article.body]
    kept = {article.id for article in untitled}
    named = [(name, own) for name, right in names(articles) if (own := [i for i in right if i in kept])]
    choice = Random(seed)
    kinds = {"names": (untitled, named), "titles": (articles, titles(articles, choice))}
    for kind, (documents, asked) in kinds.items():
        chosen = choice.sample(asked, min(count, len(asked)))
        for part, start in (("tuning", 0), ("held", 1)):
            write(folder / f"{kind}-{part}", documents, chosen[start::2])
        click.echo(f"{kind}: {len(chosen):,} of {len(asked):,} queries")


if __name__ == "__main__":
    main()
