"""Two versions of an article side by side: as text for a terminal, and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from search.archive.versioned import Diff
from search.changes import Span
from search.present.markup import as_html, changed_as_html
from search.present.safe import printable
from search.present.versions import in_words, revision_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

CONTEXT = 80
"""Characters of kept text that text output shows on each side of a change."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ max-width: 42em; margin: 2em auto; padding: 0 1em; font: 1rem/1.5 Georgia, serif }}
.text {{ white-space: pre-line }}
del {{ color: #8a1c1c; background: #fbe9e7 }}
ins {{ color: #14532d; background: #e6f4ea; text-decoration: underline }}
</style>
</head>
<body>
<h1>{heading}</h1>
<p>{change}</p>
{fields}<div class="text">{text}</div>
</body>
</html>"""


def print_diff(console: Console, diff: Diff, zone: tzinfo) -> None:
    """Print the changes, with some of the text around each: in colours, or as [-removed-]{+added+}."""
    from rich.text import Text

    console.print(Text(heading_of(diff, zone), "bold"))
    for line in changed_values(diff):
        console.print(Text(line))
    for spans in (diff.title.spans, diff.text.spans):
        if any(span.kind != "kept" for span in spans):
            console.print()
            console.print(_marked(_near(spans), styled=console.color_system is not None))


def diff_as_html(diff: Diff, zone: tzinfo) -> str:
    """A whole page, with everything that was kept."""
    fields = "".join(f"<p>{as_html(line)}</p>\n" for line in changed_values(diff))
    return _PAGE.format(
        title=as_html(diff.change.later.article.title or diff.change.id),
        heading=changed_as_html(diff.title.spans),
        change=as_html(heading_of(diff, zone)),
        fields=fields,
        text=changed_as_html(diff.text.spans),
    )


def heading_of(diff: Diff, zone: tzinfo) -> str:
    """Both versions by revision and time, and how they differ."""
    change = diff.change
    told = in_words(change) or "no change"
    return f"{revision_of(change.earlier, zone)} → {revision_of(change.later, zone)}  {told}"


def changed_values(diff: Diff) -> Iterator[str]:
    """A line for each other field that differs: its name, its value before and after."""
    for name, (before, after) in diff.fields.items():
        yield f"{name}: {_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    match value:
        case None:
            return "none"
        case list():
            return printable("; ".join(map(str, value)))
        case dict():
            return "; ".join(f"{name} {_value(own)}" for name, own in value.items())
    return printable(str(value))


def _marked(spans: Iterable[Span], *, styled: bool) -> Text:
    from rich.text import Text

    marks = {"removed": ("[-", "-]", "red strike"), "added": ("{+", "+}", "green underline")}
    shown = Text()
    for span in spans:
        text = printable(span.text)
        if span.kind == "kept":
            shown.append(text)
        else:
            before, after, style = marks[span.kind]
            shown.append(text if styled else f"{before}{text}{after}", style)
    shown.rstrip()
    return shown


def _near(spans: Sequence[Span]) -> Iterator[Span]:
    """The spans, with kept text cut to the words beside a change."""
    for number, span in enumerate(spans):
        text = span.text
        first, last = number == 0, number == len(spans) - 1
        if span.kind != "kept" or len(text) <= (CONTEXT if first or last else 2 * CONTEXT):
            yield span
            continue
        head = "" if first else text[:CONTEXT].rsplit(maxsplit=1)[0] + " "
        tail = "" if last else " " + text[-CONTEXT:].split(maxsplit=1)[-1]
        yield Span("kept", f"{head}…{tail}")
