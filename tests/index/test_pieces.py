"""Words found over arrays of bytes are the words that the pattern finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.index.write.piece_table import PieceTable
from search.text import Analyzer, spaced
from tests.text.test_analysis import plain_texts, texts_with_marks

ANALYZER = Analyzer()
TABLE = PieceTable(ANALYZER.learn)
ANYTHING = st.text(st.characters(exclude_characters="\0"), max_size=60)


def terms_by_table(texts: list[str], analyzer: Analyzer, table: PieceTable) -> list[list[tuple[str, str]]]:
    """The (form, term) of each word of each text, "" and "" for one too long."""
    pieces, counts, _ = table.pieces([spaced(text) for text in texts])
    assert counts.sum() == len(pieces)
    found: list[list[tuple[str, str]]] = []
    begin = 0
    for count in counts.tolist():
        words = [word for piece in pieces[begin : begin + count] for word in analyzer.words_of[piece]]
        known = [
            (analyzer.forms[word], analyzer.terms[analyzer.term_of[word]]) for word in words if word >= 0
        ]
        assert len(known) == len(words) or max(map(len, texts)) > 255
        found.append([known.pop(0) if word >= 0 else ("", "") for word in words])
        begin += count
    return found


@given(st.lists(st.one_of(plain_texts, texts_with_marks, ANYTHING), max_size=8))
def test_a_table_of_pieces_finds_the_words_of_any_text(texts: list[str]) -> None:
    assert terms_by_table(texts, ANALYZER, TABLE) == [ANALYZER.analyze(text) for text in texts]


@given(st.lists(st.text("aB9.,'&’é", min_size=1, max_size=40), max_size=30))
def test_pieces_of_every_length_with_joiners_anywhere(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert terms_by_table([text], ANALYZER, TABLE) == [ANALYZER.analyze(text)]


def test_a_table_grows_and_forgets() -> None:
    analyzer = Analyzer()
    table = PieceTable(analyzer.learn)
    texts = [
        " ".join(f"w{number}" for number in range(start, start + 5_000)) for start in range(0, 20_000, 2_500)
    ]
    for _ in range(2):
        for text in texts:
            ((*words,),) = terms_by_table([text], analyzer, table)
            assert [form for form, _ in words] == text.split()
        assert len(analyzer.words_of) == 22_500
        analyzer.forget()
        table.clear()
        assert analyzer.words_of == []


def test_words_longer_than_the_limit_keep_their_place() -> None:
    text = f"before {'x' * 300} after"
    assert [form for form, _ in terms_by_table([text], ANALYZER, TABLE)[0]] == ["before", "", "after"]
