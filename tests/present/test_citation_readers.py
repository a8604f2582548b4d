"""Other programs read the references as they were meant: title, names, date and address."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import SeparateCoAuthors
from hypothesis import given
from hypothesis import strategies as st

from search.article import PRECISIONS, Article, written_time
from search.present.citation import CitationFormat, cite, record_to_cite

_LATEX = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^"}
_texts = st.text(st.sampled_from("ab Zé{}\\&%$#_~^\"'@,=-–東\n"), min_size=1, max_size=20)
_names = st.lists(st.sampled_from(["Ruiz, Ana", "Bo Li", "A & B_C", "Agence France-Presse"]), unique=True)
_articles = st.lists(
    st.builds(
        lambda title, **fields: Article(title=f"T {title} T", **fields),
        title=_texts,
        authors=_names.map(tuple),
        published=st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
        precision=st.sampled_from(PRECISIONS),
        url=st.sampled_from(["", "https://herald.example/a_1?q=50%25&b=#c~d"]),
        source=st.sampled_from(["", "The Herald & Co."]),
    ),
    max_size=5,
    unique_by=lambda article: article.id,
)


def written(articles: list[Article], kind: CitationFormat) -> str:
    return "".join(cite(map(record_to_cite, articles), kind))


def date_of(article: Article) -> str:
    return "" if article.published is None else written_time(article.published, article.precision)[:10]


def without_latex(text: str) -> str:
    plain = re.sub(r"\\text\w+\{\}", lambda match: _LATEX[match.group()], text)
    return re.sub(r"\\([{}&%$#_])", r"\1", plain)


@given(_articles)
def test_rispy_reads_what_is_written(articles: list[Article]) -> None:
    found = rispy.loads(written(articles, "ris"))
    assert [each["title"] for each in found] == [article.title for article in articles]
    assert [tuple(each.get("authors", ())) for each in found] == [article.authors for article in articles]
    dates = [each.get("date", "").strip("/").replace("/", "-") for each in found]
    assert dates == [date_of(article) for article in articles]
    assert ["".join(each.get("urls", ())) for each in found] == [article.url for article in articles]


@given(_articles)
def test_bibtexparser_reads_what_is_written(articles: list[Article]) -> None:
    library = parse_string(written(articles, "bibtex"), append_middleware=[SeparateCoAuthors()])
    assert not library.failed_blocks
    found = [{name: each.value for name, each in entry.fields_dict.items()} for entry in library.entries]
    titles = [without_latex(each["title"].removeprefix("{").removesuffix("}")) for each in found]
    assert titles == [article.title for article in articles]
    names = [
        [without_latex(name.removeprefix("{").removesuffix("}")) for name in each.get("author", ())]
        for each in found
    ]
    assert names == [[*article.authors] for article in articles]
    assert [each.get("date", "") for each in found] == [date_of(article) for article in articles]
    assert [each.get("url", "") for each in found] == [article.url for article in articles]
