"""E. Queries."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from search.query import open_archive
from tests.bad_input.desk import BEFORE, Desk
from tests.bad_input.table import LIMIT, NOTHING_FOUND, OK, USAGE, Ask, Line, Trial, ending, line, query

MANY = [f"w{n}" for n in range(2_000)]


def limited(text: str, *says: str) -> Ask:
    return query(text, LIMIT, *says)


def pointed(text: str, *says: str) -> Ask:
    """A query that is refused, with a caret under what is wrong."""
    return query(text, USAGE, "^", *says)


def nothing(text: str) -> Ask:
    return Ask(("search", "--", text), NOTHING_FOUND, ("news: ",))


def long_words() -> tuple[Trial, ...]:
    """A long word is refused before anything is done that takes its square: a million letters would hang."""

    def trial(length: int) -> Trial:
        @ending(LIMIT)
        def look(desk: Desk) -> None:
            with open_archive(desk.archive) as opened:
                opened.count("strike")
            desk.news("search", "x" * length).check(LIMIT, "8,192")

        return look

    return tuple(trial(length) for length in (10_000, 40_000, 1_000_000))


@ending(OK)
def folded(desk: Desk) -> None:
    """Each way of writing finds what every other one does."""
    pairs = [
        ("caf\u00e9 ", "cafe\u0301 ", "CAFÉ ", "ｃａｆé "),
        ("\u0130stanbul", "I\u0307stanbul", "istanbul"),
        ("straße", "STRASSE", "strasse"),
        ("of\ufb01ce", "office", "OFFICE"),
    ]
    texts = [text for pair in pairs for text in pair]
    records = (json.dumps({"id": f"f{n}", "title": text}) for n, text in enumerate(texts))
    desk.write({"a.jsonl": "\n".join(records)})
    desk.news("index", "a.jsonl").check(OK)
    for pair in pairs:
        found = [desk.ids(text) for text in pair]
        assert all(ids == found[0] for ids in found)
        assert len(found[0]) == len(pair) + (pair is pairs[0])  # there is a café in what was there before


@ending(OK)
def alike(desk: Desk) -> None:
    """A hundred searches at a time find what one does; eight threads stand for a hundred."""
    with open_archive(desk.archive) as opened, ThreadPoolExecutor(8) as pool:
        expected = opened.search("strike OR bank", facets=["keyword"])
        every = list(pool.map(lambda _: opened.search("strike OR bank", facets=["keyword"]), range(100)))
    assert all(results == expected for results in every)
    desk.news("count", "strike", "OR", "bank").check(OK, "2")


@ending(USAGE, OK, NOTHING_FOUND)
def dashes(desk: Desk) -> None:
    desk.news("search", "-strike").check(USAGE, "No such option")
    assert desk.news("search", "--format", "ids", "--", "-strike").check(OK).out.split() == ["a3", "a4"]
    desk.news("search", "--help").check(OK, "news search -- -flood")
    desk.news("search", "--", "--").check(USAGE)


LINES: dict[int, Line] = {
    76: line(
        "queries of nothing, or of stop words",
        (USAGE, OK),
        query("", USAGE, "the query is empty"),
        query("  ", USAGE, "the query is empty"),
        query("...", USAGE, "nothing to search for"),
        query("the of", OK, finds=("a1", "a2")),
    ),
    77: line("everything", OK, query("*", OK, finds=BEFORE), query("*:*", OK, finds=BEFORE)),
    78: line(
        "wildcards that match too much",
        LIMIT,
        *(limited(text, "at least 2 letters") for text in ("a*", "*a*", "?*?*?*x")),
    ),
    79: line(
        "what is not closed",
        USAGE,
        pointed("(strike", "never closed"),
        pointed("strike)", "never opened"),
        pointed('"strike', "never closed"),
    ),
    80: line("2,000 parentheses", LIMIT, limited("(" * 2_000 + "a" + ")" * 2_000, "64 deep")),
    81: line(
        "operators and nothing else",
        (LIMIT, USAGE),
        limited("NOT " * 500 + "a", "64 signs"),
        pointed("AND OR NOT", "needs something before it"),
    ),
    82: line(
        "2,000 words",
        LIMIT,
        limited(" AND ".join(MANY), "8,192"),
        limited(" OR ".join(MANY), "8,192"),
        limited(" ".join(MANY[:600]), "512 words"),
        limited(" OR ".join(MANY[:600]), "512 words"),
    ),
    83: line(
        "very long words", LIMIT, *long_words(), limited("x" * 300, "300 characters"), limited("x" * 8_000)
    ),
    84: line(
        "fields that there are not",
        USAGE,
        pointed("nofield:x", "there is no field", "Fields are title"),
        pointed("title:", "nothing follows"),
        pointed("::::", "name of a field"),
    ),
    85: line(
        "phrases of 1,000 words, distances of a billion",
        LIMIT,
        limited('"' + "a " * 1_000 + '"', "128 words"),
        limited('"a b"~1000000000', "1,000 words"),
        limited("a NEAR/1000000000 b", "1,000 words"),
    ),
    86: line(
        "boosts that are none",
        USAGE,
        *(
            pointed(f"strike^{boost}", "above 0 and at most 1000")
            for boost in ("nan", "inf", "-1", "1e400", "0")
        ),
    ),
    87: line(
        "too many edits", USAGE, *(pointed(f"strike~{edits}", "1 or 2 edits") for edits in ("9", "99", "0"))
    ),
    88: line(
        "regular expressions",
        (USAGE, LIMIT),
        pointed("/(/", "never closed"),
        nothing("/(zeppelin+)+$/"),
        limited("/(.*)*x/", "wildcard"),
        but="there are none to switch off: slashes are signs like others, the words between are sought",
    ),
    89: line(
        "odd characters",
        (OK, LIMIT),
        nothing("str\0ike"),
        nothing("str\ud800ike"),
        nothing("str\u202eike"),
        nothing("zep\u200dpelin"),
        query("\u200d", USAGE, "nothing to search for"),
        query("😀", USAGE, "nothing to search for"),
        limited("e" + "\u0301" * 10_000, "8,192"),
        limited("e" + "\u0301" * 8_000),
        but="signs that are no words are said to be none, as any query of signs alone",
    ),
    90: line("one word in several ways", OK, folded),
    91: line(
        "curly quotes",
        OK,
        *(query(f"{o}bank of marenne{c}", OK, finds=("a1", "a2")) for o, c in ('""', "“”", "„“", "«»")),
        query("consul’s cellar", OK, finds=("a3",)),
        query("consul's cellar", OK, finds=("a3",)),
    ),
    92: line(
        "what is only left out",
        OK,
        query("-strike", OK, finds=("a3", "a4")),
        query("NOT strike", OK, finds=("a3", "a4")),
        query("-*", NOTHING_FOUND, finds=()),
    ),
    93: line("queries that begin with a dash", (USAGE, OK), dashes),
    94: line(
        "text that is code elsewhere",
        OK,
        nothing("<script>alert(1)</script>"),
        nothing('"\'; DROP TABLE articles; #"'),
        nothing("\"1' OR '1'='1\""),
        nothing('"$(reboot) ; {{7*7}}"'),
        pointed('{"$ne":1}', "name of a field"),
        but="a colon without a field before it is an error of the query, as in line 84",
    ),
    95: line(
        "pages that are none",
        (USAGE, LIMIT, OK),
        Ask(("search", "--limit", "0"), OK, ("4 articles",)),
        Ask(("search", "--limit", "-1"), USAGE, ("negative",)),
        Ask(("search", "--limit", "1000000000"), LIMIT, ("10,000 hits",)),
        Ask(("search", "--limit", "abc"), USAGE, ("'abc'",)),
        Ask(("search", "--page", "1000000"), USAGE, ("10,000", "news export")),
        Ask(("search", "--after", "1000000"), USAGE, ("not a cursor",)),
        but="a page of no hits counts what is found",
    ),
    96: line(
        "orders that there are not",
        USAGE,
        Ask(("search", "--sort", "colour"), USAGE, ("'relevance', 'newest', 'oldest'",)),
        Ask(("search", "--facet", "colour"), USAGE, ("cannot be counted by", "keyword")),
    ),
    97: line("a query of many threads", OK, alike),
}
