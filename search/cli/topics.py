"""The pages of `news help`: queries, dates, output and settings.

Each page is a value. `news help` prints it, the man page holds it, and the tests read every query in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, a text, and a table of things to write with their meanings."""

    heading: str
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One page; `summary` is its line in `news --help`."""

    name: str
    summary: str
    sections: tuple[Section, ...]


QUERY = Topic(
    "query",
    "How queries are written.",
    (
        Section(
            "Words",
            "A query finds the articles that have all of its words, in the title, description, highlights "
            "or body. A word is found in all its forms: strike also finds strikes and striking. Case and "
            "accents do not matter. Very common words count only in quotes or alone.",
            (
                ("harbour strike", "both words"),
                ("harbour OR port", "one of the words or both; also: harbour | port"),
                ("strike -ferry", "the first word without the second; also: NOT ferry, !ferry"),
                ("(harbour OR port) strike", "parentheses group"),
                ("*", "every article"),
            ),
        ),
        Section(
            "Phrases and distance",
            "A phrase needs every word in it, very common words too. A distance is at most 1,000 words.",
            (
                ('"harbour strike"', "these words side by side, in this order"),
                ('"harbour strike"~3', "a phrase with up to 3 other words in it"),
                ("harbour NEAR/5 strike", "at most 5 words apart, in any order"),
                ("harbour ADJ/5 strike", "at most 5 words apart, in this order"),
                ("harbour NEAR/S strike", "in one sentence; ADJ/S: in this order"),
                ("harbour NEAR/P strike", "in one paragraph; ADJ/P: in this order"),
                ("harbour NOTNEAR/5 strike", "harbour with no strike within 5 words; also NOTNEAR/S"),
                ('"harb* strike"', "a phrase with a wildcard"),
                ('"bank * england"', "any one word in place of the star"),
            ),
        ),
        Section(
            "Parts and length of an article",
            "A part or a count goes before a word, a phrase, or a set in parentheses.",
            (
                ("lead:strike", "in the description, the highlights or the first paragraph of the body"),
                ("hlead:strike", "there or in the title"),
                ("first:50(strike)", "beginning among the first 50 words of the body"),
                ("atleast:3(strike OR ferry)", "in at least 3 places; at most 255"),
                ("words:>500", "articles with more than 500 words; also words:100..500"),
            ),
        ),
        Section(
            "Words as they are written",
            "Capitals are looked up in the text of the articles that have the word, which takes longer.",
            (
                ("=strike", "strike, not strikes or striking; also: exact:strike"),
                ('="dock workers"', "the same for each word of a phrase"),
                ("caps:US", "US or U.S., not us"),
            ),
        ),
        Section(
            "Parts of words and misspellings",
            "A word with a wildcard needs 2 letters or more. A misspelling differs by at most 2 letters.",
            (
                ("harb*", "words that begin with harb"),
                ("str?ke", "one character in place of the question mark"),
                ("harbuor~", "words that differ by one letter"),
                ("harbuor~2", "words that differ by up to two letters"),
            ),
        ),
        Section(
            "Fields of text",
            "A word after a field is looked for in that field only.",
            (
                ("title:strike", "in the title; also: intitle:, headline:"),
                ('description:"rate cut"', "a phrase in the description"),
                ("highlights:(ferry OR tram)", "one of a set, in the highlights; also: highlight:"),
                ("body:harb*", "in the body"),
            ),
        ),
        Section(
            "Fields of values",
            "A value is compared as a whole. Case and accents do not matter, except in an id. The other "
            "fields of a source, such as places, are fields of values too; news stats lists them.",
            (
                ("keyword:rates", "the keyword rates; also: tag:, #rates"),
                ('keyword:"crude oil"', "a value of two words"),
                ("author:ruiz", "a word of the author's name; also: byline:"),
                ('author:"Ana Ruiz"', "the whole name"),
                ('source:(herald OR "Agence Côte")', "one of a set"),
                ("site:herald.example", "the host of the URL, or a domain that it belongs to"),
                ("url:https://herald.example/strike", "the whole URL"),
                ("lang:en", "the language; also: language:"),
                ("id:wire-1204", "the id"),
                ("copies:wire-1204", "the copies of an article, and the article itself"),
                ("is:original", "one article for each text, the first; also: is:copy"),
                ("places:vesk", "a field of the source"),
                ("precision:day", "articles whose date has no time; also: month, year, instant"),
                ("is:silent", "articles with an edit that they do not tell of; see: news changes --help"),
                ("author:none", "articles without an author; likewise for every field"),
                ("author:*", "articles with an author; likewise for every field"),
            ),
        ),
        Section(
            "Dates",
            "All ways to write a date: news help dates",
            (
                ("strike date:2025-02", "published in February 2025"),
                ("strike since:2025-02 until:2025-03-15", "published between these, both included"),
                ("strike when:7d", "published in the last 7 days"),
                ("strike modified:2025-02", "changed in February 2025, as the source says"),
                ("strike seen:7d", "first seen by the archive in the last 7 days"),
                ("strike changed:7d", "updated since 7 days ago; takes all that date: takes"),
            ),
        ),
        Section(
            "Weight",
            "A weight changes the order of the articles, not which ones are found.",
            (
                ("harbour^2 strike", "harbour counts twice"),
                ('(strike OR "walk out")^0.5 ferry', "the group counts half"),
            ),
        ),
        Section(
            "Order of operators",
            "Parentheses bind tightest, then NOT, then NEAR and ADJ, then AND, then OR. Operators are "
            "written in capitals. Operators that other services write between words are read as well, such "
            "as w/5, pre/5, /s and not w/5; the result says how. Where a row of operators has two readings, "
            "use parentheses.",
            (
                ("a b OR c", "(a AND b) OR c"),
                ("-a b", "(NOT a) AND b"),
                ("a NEAR/5 b c", "(a NEAR/5 b) AND c"),
                ("a w/5 b", "a NEAR/5 b"),
            ),
        ),
        Section(
            "In a shell",
            "Put a query in single quotes, so that the shell leaves its signs alone: news search "
            "'\"harbour strike\" -title:ferry'. A query that begins with a dash goes after two dashes: "
            "news search -- -flood. With --any, one of the words is enough, and a headline or a sentence "
            "can be pasted as it is.",
        ),
    ),
)

DATES = Topic(
    "dates",
    "How dates are written in queries and options.",
    (
        Section(
            "Fields",
            "Each line shows a query and the same range in days. A range runs from the first instant of "
            "its start to the last instant of its end, in your time zone or in --tz. --since and --until "
            "take dates like since: and until:.",
            (
                ("date:2025-02", "2025-02-01..2025-02-28"),
                ("date:2025-02..2025-03-15", "2025-02-01..2025-03-15"),
                ("date:2025-02..", "2025-02-01.."),
                ("date:..2025", "..2025-12-31"),
                ("date:[2025-01 TO 2025-02]", "2025-01-01..2025-02-28"),
                ("date:>=2025-02", "2025-02-01.."),
                ("date:<2025-02", "..2025-01-31"),
                ("since:2025-02", "2025-02-01.."),
                ("until:2025-02", "..2025-02-28"),
                ("after:2025-02", "2025-03-01.."),
                ("before:2025-02", "..2025-01-31"),
            ),
        ),
        Section(
            "Dates",
            "03/04/2025 is refused, because it can be two days. 13/04/2025 can be one day only. With "
            "dots the day is first.",
            (
                ("date:2025", "2025-01-01..2025-12-31"),
                ("date:2025-Q2", "2025-04-01..2025-06-30"),
                ("date:2025-W07", "2025-02-10..2025-02-16"),
                ("date:2025-02-11", "2025-02-11"),
                ("date:20250211", "2025-02-11"),
                ("date:13/04/2025", "2025-04-13"),
                ("date:3.4.2025", "2025-04-03"),
                ('date:"11 February 2025"', "2025-02-11"),
                ('date:"feb 2025"', "2025-02-01..2025-02-28"),
                ("date:2025-02-11T18", "the hour from 18:00 on"),
                ("date:2025-02-11T18:30", "the minute from 18:30 on"),
                ("since:2025-02-11T18:30+02:00", "from that instant on, in a zone of its own"),
            ),
        ),
        Section(
            "Dates relative to today",
            "Each line shows what the query means on Wednesday, 12 March 2025. A week begins on Monday.",
            (
                ("date:today", "2025-03-12"),
                ("date:yesterday", "2025-03-11"),
                ('date:"this week"', "2025-03-10..2025-03-16"),
                ('date:"last week"', "2025-03-03..2025-03-09"),
                ('date:"last month"', "2025-02-01..2025-02-28"),
                ('date:"last 3 months"', "2024-12-01..2025-03-31"),
                ('date:"3 days ago"', "2025-03-09"),
                ("date:7d", "2025-03-05..2025-03-12"),
                ("when:7d", "2025-03-05..2025-03-12"),
                ("since:7d", "2025-03-05.."),
                ("date:2w..1w", "2025-02-24..2025-03-09"),
                ("when:2m", "2025-01-01..2025-03-12"),
                ("when:1y", "2024-01-01..2025-03-12"),
            ),
        ),
        Section(
            "The three dates of an article",
            "date: is of the publication. modified: and seen: take all that date: takes.",
            (
                ("modified:2025-02", "changed in that time, as the source says"),
                ("modified:none", "articles without a time of a change"),
                ("seen:today", "first seen by the archive today, or by the crawler that fetched them"),
                ("seen:2025-02 date:..2024", "old articles that came late"),
            ),
        ),
        Section(
            "Articles with less than a time",
            "A date without a time is that calendar day in every time zone, and months and years are the "
            "same. Such an article is found by a range that its day, month or year overlaps.",
            (
                ("date:none", "articles without a date"),
                ("date:*", "articles with a date"),
                ("precision:day", "articles that are dated to the day"),
                ("date:2025 -precision:year", "articles of 2025 that say at least the month"),
            ),
        ),
    ),
)

SETTINGS = Topic(
    "settings",
    "Environment variables and the configuration file.",
    (
        Section(
            "Environment",
            "The environment wins over the file, and an option on the command line wins over both.",
            (
                ("NEWS_ARCHIVE", "the folder of the archive"),
                ("NEWS_TZ", "the time zone of dates asked for and shown"),
                ("NEWS_CONFIG", "the configuration file"),
                ("NO_COLOR", "no colour, if it is set and the file does not set color"),
            ),
        ),
        Section(
            "Configuration file",
            "config.toml in your configuration folder for news: on Linux ~/.config/news/config.toml.",
            (
                ('archive = "~/news"', "the folder of the archive"),
                ('tz = "Europe/Berlin"', "the time zone of dates asked for and shown"),
                ("limit = 20", "how many hits news search prints"),
                ('color = "never"', "colour in text: auto, always or never"),
            ),
        ),
    ),
)

OUTPUT = Topic(
    "output",
    "Formats, files, pages, errors for programs.",
    (
        Section(
            "Formats",
            "Data goes to standard output; notes, errors and progress go to standard error.",
            (
                ("--format text", "for people; hits have numbers, and news show 3 shows the third"),
                ("--format json", "one object; news schema prints its JSON Schema"),
                ("--format jsonl", "an object a line; with --facet a last line with the counts"),
                (
                    "--format csv, tsv",
                    "a table; a cell that a spreadsheet would run as a formula gets an ' in front",
                ),
                ("--format ids", "an id a line"),
            ),
        ),
        Section(
            "Files",
            "A file is replaced only when everything is written.",
            (
                ("news export QUERY -o FILE", "every match; csv, tsv, jsonl and parquet by the name of FILE"),
                (
                    "news export QUERY -c id,title",
                    "these columns; -c +body adds the body to the default ones",
                ),
                ("news export QUERY --excel", "csv with the mark by which Excel knows UTF-8"),
                ("-o FILE", "the output of any command to FILE"),
                ("-q", "no notes and no progress; results and errors only"),
            ),
        ),
        Section(
            "Pages",
            "",
            (
                ("--page 2", "the next hits; their numbers go on"),
                ("--after CURSOR", "the hits after a place in the order; the cursor is next in JSON"),
            ),
        ),
        Section(
            "Errors for programs",
            "With --format json or jsonl an error is an object on one line of standard error. The exit code "
            "stays the same.",
            (
                ("code", "a stable name, such as query-syntax or archive-not-found"),
                ("message", "the error and the next step, for people"),
                ("span", "the wrong part of the query: its first character, and the one after it"),
                ("did_you_mean", "another spelling of that part"),
            ),
        ),
    ),
)

TOPICS = {topic.name: topic for topic in (QUERY, DATES, OUTPUT, SETTINGS)}


def topic_as_text(topic: Topic, formatter: click.HelpFormatter) -> str:
    """The page, wrapped to the width of `formatter`."""
    formatter.write(f"{topic.summary}\n")
    for section in topic.sections:
        with formatter.section(section.heading):
            if section.text:
                formatter.write_text(section.text)
            if section.text and section.rows:
                formatter.write_paragraph()
            if section.rows:
                formatter.write_dl(section.rows, col_max=40)
    return formatter.getvalue().rstrip("\n")
