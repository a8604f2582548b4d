"""How many copies of articles are found, by the kind of copy: real articles, and variants made of them.

Sources are articles without a copy in the corpus. Each variant has another headline, a byline and a line of
rights, and comes after all sources. It is found if it is in the group of its source. B-cubed precision and
recall (Bagga and Baldwin 1998) are over sources and variants: right are the variants of one source.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import click

from search.article import Article
from search.query import Archive, open_archive
from search.sources import Accepted, ReadOptions, read_paths
from search.text import sentence_spans

Sentences = list[str]
Change = Callable[[Sentences, Sentences, Random], Sentences]
"""Makes the sentences of a variant from the ones of its source and of another article."""

MIN_SENTENCES, MIN_WORDS = 6, 120
"""Of a source."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def edited(share: float) -> Change:
    """With half the words of this share of the sentences, at least one, replaced; numbers stay."""

    def change(own: Sentences, other: Sentences, choice: Random) -> Sentences:
        words = [word for sentence in other for word in sentence.split() if word.isalpha()] or ["word"]

        def reworded(word: str) -> str:
            return choice.choice(words) if word.isalpha() and choice.random() < 0.5 else word

        found = list(own)
        for place in choice.sample(range(len(own)), max(1, round(share * len(own)))):
            found[place] = " ".join(map(reworded, own[place].split()))
        return found

    return change


def cut(share: float) -> Change:
    """Only the first part, of this share of the sentences."""
    return lambda own, _, __: own[: max(1, round(share * len(own)))]


def extended(own: Sentences, other: Sentences, choice: Random) -> Sentences:
    """Half as long again, by words that no other article has in this order."""
    words = " ".join(other).split()
    return [*own, " ".join(choice.choices(words, k=len(" ".join(own).split()) // 2))]


def misread(own: Sentences, _: Sentences, choice: Random) -> Sentences:
    """With a wrong letter in one word of ten, as after optical character recognition."""

    def noisy(word: str) -> str:
        at = choice.randrange(len(word))
        return word[:at] + choice.choice(_LETTERS) + word[at + 1 :] if choice.random() < 0.1 else word

    return [" ".join(map(noisy, sentence.split())) for sentence in own]


def both(first: Change, second: Change) -> Change:
    """One change after the other."""
    return lambda own, other, choice: second(first(own, other, choice), other, choice)


CHANGES: dict[str, Change] = {
    "same": lambda own, _, __: own,
    "edited 10 %": edited(0.1),
    "edited 20 %": edited(0.2),
    "edited 30 %": edited(0.3),
    "edited 40 %": edited(0.4),
    "cut to half": cut(0.5),
    "cut to 30 %": cut(0.3),
    "half, edited 20 %": both(cut(0.5), edited(0.2)),
    "half longer": extended,
    "10 % of words misread": misread,
}


def sentences_of(article: Article) -> Sentences:
    """The sentences of the body."""
    return [" ".join(article.body[start:end].split()) for start, end in sentence_spans(article.body)]


def variants(sources: Sequence[Article], choice: Random) -> dict[str, list[Article]]:
    """A variant of each source of each kind; its id is the kind's number and the source's id."""
    made = defaultdict(list)
    for article in sources:
        own = sentences_of(article)
        for number, (kind, change) in enumerate(CHANGES.items()):
            other = sentences_of(choice.choice(sources))
            body = "\n".join(["By a staff writer", *change(own, other, choice), "All rights reserved."])
            title = choice.choice(sources).title
            made[kind].append(replace(article, id=f"{number}:{article.id}", title=title, body=body))
    return made


def group_of(archive: Archive, identity: str) -> str:
    """The name of the group of an article."""
    (hit,) = archive.search(f'id:"{identity}"', snippets=False).hits
    return hit.copies.group if hit.copies else identity


def b_cubed(found: dict[str, str]) -> tuple[float, float]:
    """Precision and recall, from the group of each source and variant."""
    source = {identity: identity.partition(":")[2] or identity for identity in found}
    together = Counter((found[each], source[each]) for each in found)
    groups, sources = Counter(found.values()), Counter(source.values())
    shares = [(together[found[each], source[each]], each) for each in found]
    precision = sum(count / groups[found[each]] for count, each in shares) / len(found)
    return precision, sum(count / sources[source[each]] for count, each in shares) / len(found)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--sources", "count", default=1000, show_default=True, help="Articles to make variants of.")
@click.option("--seed", default=20251124, show_default=True, help="Choose other articles and changes.")
@click.option("--show", default=0, help="Instead, print this many real copies that are least alike, to read.")
def main(paths: tuple[Path, ...], count: int, seed: int, show: int) -> None:
    """Measure which copies are found among the articles that `news index PATHS` reads."""
    items = read_paths(paths, ReadOptions())
    articles = {item.article.id: item.article for item in items if isinstance(item, Accepted)}
    choice = Random(seed)
    with tempfile.TemporaryDirectory() as folder, open_archive(f"{folder}/archive", create=True) as archive:
        archive.add(articles.values())
        copied = [hit.id for hit in archive.search("is:copy", limit=10_000, snippets=False)]
        if show:
            _print_copies(archive, copied, choice, show)
            return
        groups = {group_of(archive, each) for each in copied}
        alone = [each for i, each in sorted(articles.items()) if i not in groups and i not in copied]
        alone = [
            each
            for each in alone
            if ":" not in each.id
            and len(sentences_of(each)) >= MIN_SENTENCES
            and len(each.body.split()) >= MIN_WORDS
        ]
        sources = choice.sample(alone, min(count, len(alone)))
        made = variants(sources, choice)
        click.echo(f"{len(articles):,} articles, {len(copied):,} copies; variants of {len(sources):,}\n")
        found = {each.id: group_of(archive, each.id) for each in sources}
        click.echo("| kind | in the group of its source |\n| --- | --- |")
        for kind, own in made.items():
            archive.add(own)
            placed = {each.id: group_of(archive, each.id) for each in own}
            right = sum(group == each.partition(":")[2] for each, group in placed.items())
            click.echo(f"| {kind} | {right / len(own):.3f} |")
            found |= placed
    precision, recall = b_cubed(found)
    click.echo(f"\nB-cubed precision {precision:.3f}, recall {recall:.3f}")


def _print_copies(archive: Archive, copied: Sequence[str], choice: Random, count: int) -> None:
    """Copies of which the shorter has the least of its text in the other, with both texts."""
    pairs = []
    for identity in copied:
        first, *others = archive.copies(identity)
        pairs += [(each.share, first.article, each.article) for each in others if each.article.id == identity]
    far = [pair for pair in pairs if pair[0] < 0.8]
    for share, one, other in islice(choice.sample(far, min(count, len(far))), count):
        click.echo(f"\n=== {share:.2f}  {one.id}  {one.published}  {other.id}  {other.published}")
        for article in (one, other):
            click.echo(f"{article.title}\n  {article.body[:600]!r}")


if __name__ == "__main__":
    main()
