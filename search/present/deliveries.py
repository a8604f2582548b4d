"""Deliveries and saved searches as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import tzinfo
from itertools import groupby
from typing import TYPE_CHECKING

from search.present.entries import counted, earlier_in_words, one_line, title_of
from search.present.terminal import print_hit
from search.query import Copies, Delivery, Entry, Hit, SavedSearch

if TYPE_CHECKING:
    from rich.console import Console


def print_delivery(console: Console, delivery: Delivery, zone: tzinfo) -> None:
    """Print the entries of a delivery, search by search, and the new copies of earlier articles."""
    from rich.text import Text

    for number, (search, entries) in enumerate(groupby(delivery.entries, key=lambda entry: entry.search)):
        several = list(entries)
        if number:
            console.print()
        console.print(Text(search, "bold").append(f"  {counted(several)}", "not bold dim"), soft_wrap=True)
        for place, entry in enumerate(several, start=1):
            console.print()
            print_hit(console, place, _hit(entry), zone)
    if delivery.earlier:
        console.print(Text("\n" * bool(delivery.entries) + earlier_in_words(delivery)), soft_wrap=True)


def _hit(entry: Entry) -> Hit:
    article, copies = entry.article, None
    if entry.reason != "new":
        article = replace(article, title=title_of(entry))
    if entry.copies:
        sources = {copy.article.source for copy in entry.copies} - {""}
        copies = Copies("", len(entry.copies), len(sources))
    return Hit(article, 0.0, entry.snippet, copies=copies)


def searches_as_text(searches: Iterable[SavedSearch], zone: tzinfo) -> Iterator[str]:
    """Write a line for each saved search: its name, its question, and what it has delivered."""
    for each in searches:
        asked = each.question
        bounds = [("since", asked.since), ("until", asked.until), ("any word", asked.any_word or None)]
        bounds += [("changes", each.changes or None), ("every copy", each.every_copy or None)]
        told = [asked.text, *asked.filters]
        told += [f"{name} {at}" if at is not True else name for name, at in bounds if at]
        delivered = (
            f"{each.articles:,} in {each.deliveries:,} deliver{'y' if each.deliveries == 1 else 'ies'}"
        )
        since = f"saved {each.made.astimezone(zone):%Y-%m-%d}"
        yield f"{each.name}  {one_line(' · '.join(told))}  r{each.revision}  {since}  {delivered}\n"
