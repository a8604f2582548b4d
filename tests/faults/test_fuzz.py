"""Bytes at random: every reader rejects what it cannot read, every query is answered or refused."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from search.engine import SearchRequest
from search.errors import SearchError
from search.language import parse_query
from search.sources import Accepted, Item, Rejected, Retracted, Skipped, read_paths
from tests.asking import ask
from tests.engines import open_engine
from tests.faults.archives import TORTURE, make
from tests.faults.conftest import Count
from tests.faults.mutation import documents
from tests.sources.documents import DEFAULT


@pytest.mark.filterwarnings("ignore")  # what parsers say of such input is for nobody here
def test_no_reader_lets_an_error_through(tmp_path: Path, count: Count) -> None:
    chance, kinds = random.Random(20251124), {Accepted: 0, Rejected: 0, Skipped: 0, Retracted: 0}
    tried = 20_000 if TORTURE else 400
    for name, content in islice(documents(tmp_path, chance), tried):
        path = tmp_path / f"tried{''.join(Path(name).suffixes[-2:])}"
        path.write_bytes(content)
        try:
            items: list[Item] = list(read_paths([path], DEFAULT))
        except BaseException:
            (tmp_path / f"failed-{name}").write_bytes(content)
            raise
        assert items or not content, f"nothing was said of {path}"
        for item in items:
            kinds[type(item)] += 1
        path.unlink()
    assert kinds[Accepted]
    assert kinds[Rejected]
    count("documents changed at random", tried)


QUERIES = (
    'harbour strike -flood "a phrase"~3 OR storm', "title:storm^2 keyword:(a OR b) author:none",
    "strik* str?ke strik~2", "date:2025-02..2025-03 since:7d before:2020", "a NEAR/5 b ADJ/3 c",
    "NOT (a | b) #tag intitle:x site:a.b", "date:[2025-01 TO 2025-02]",
)  # fmt: skip
PIECES = (
    "(", ")", '"', "~", "^", "*", "?", ":", "-", "!", "..", "[", "]", " TO ", " OR ", " AND ", " NOT ",
    "NEAR/9 ", "date:", "title:", "\x00", "\ud800", "\u202e", "\u200d", "\U0001f642",
    "\u0130", "\u00df", "\ufb01",
    "e\u0301" * 40, "\uff19", "1e400", "last week", "\\",
)  # fmt: skip


def random_query(chance: random.Random) -> str:
    text = chance.choice(QUERIES)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        match chance.randrange(4):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:end] + text[at:end] * chance.choice((1, 2, 20)) + text[end:]
            case _:
                text = text[:at] + chance.choice(PIECES) + text[at:]
    return text


def test_no_query_is_more_than_refused(tmp_path: Path, count: Count) -> None:
    make(tmp_path / "archive")
    engine = open_engine(tmp_path / "archive")
    chance, tried, answered = random.Random(20251124), 100_000 if TORTURE else 800, 0
    for _ in range(tried):
        text = random_query(chance)
        try:
            tree = parse_query(text).tree
            assert parse_query(str(tree)).tree == tree
            ask(engine).search(SearchRequest(tree, highlight=True))
        except SearchError:
            continue
        except BaseException as error:
            raise AssertionError(f"{text!r}: {error!r}") from error
        answered += 1
    engine.close()
    assert 0 < answered < tried
    count("queries changed at random", tried)
