"""Languages: how they are named, what is elided, how their stemmers are loaded, what a word then finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from search.article import Article
from search.backends.evaluate.documents import sites
from search.query import open_archive
from search.text import LANGUAGES, Analyzer
from search.text.stemming import OTHER, language_named, language_tags, new_stemmer, without_elision

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "english"), ("en-GB", "english"), ("en_US", "english"), ("eng", "english"),
        ("English", "english"), ("FRE", "french"), ("fra", "french"), ("deu", "german"),
        ("ger", "german"), ("spa", "spanish"), ("ita", "italian"), ("nb", "norwegian"),
        ("pt_BR", "portuguese"),
        ("ca", "catalan"), ("gle", "irish"), ("tr", OTHER), ("zh-Hant", OTHER), ("", ""), ("und", ""),
    ],
)  # fmt: skip
def test_a_language_is_named_by_tags_codes_and_names(tag: str, language: str) -> None:
    assert language_named(tag) == language


@pytest.mark.parametrize(
    ("tag", "tags"),
    [
        ("en-US", ("en-US", "en")),
        ("en_US", ("en-US", "en")),
        ("zh-Hant-TW", ("zh-Hant-TW", "zh-Hant", "zh")),
        ("eng", ("eng", "en")),
        ("English", ("English", "en")),
        ("nn", ("nn",)),
        ("tlh", ("tlh",)),
        ("", ()),
    ],
)
def test_a_tag_has_its_parents(tag: str, tags: tuple[str, ...]) -> None:
    assert language_tags(tag) == tags


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "french",
            "l'économie|économie d'état|état jusqu'ici|ici aujourd'hui|aujourd'hui l'|l' o'neill|o'neill",
        ),
        ("italian", "dell'unione|unione un'idea|idea quell'anno|anno po'|po'"),
        ("catalan", "l'home|home"),
        ("irish", "b'fhéidir|fhéidir d'ól|ól"),
        ("english", "l'état|l'état o'neill|o'neill don't|don't"),
    ],
)
def test_elided_articles_are_taken_off(language: str, words: str) -> None:
    for pair in words.split():
        written, bare = pair.split("|")
        assert without_elision(written, language) == bare


def test_both_apostrophes_elide_and_the_form_is_the_noun() -> None:
    found = Analyzer().analyze("L'économie, L’ÉCONOMIE, économies", "french")
    assert found == [("economie", "econom"), ("economie", "econom"), ("economies", "econom")]
    assert Analyzer().analyze("L'11 novembre", "french")[0] == ("11", "11")
    assert Analyzer().analyze("limanı", OTHER) == [("limani", "limani")]


def test_a_noun_behind_an_elided_article_is_found(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add(
            [
                Article(id="fr", title="L'économie française et la raison d’État", language="fr"),
                Article(id="it", title="I ministri dell'Unione", language="ita"),
                Article(id="ca", title="L’home del port", language="ca"),
                Article(id="tr", title="greve giden işçiler", language="tr"),
                Article(id="fr2", title="La grève des dockers", language="French"),
                Article(id="en", title="Strikes", language="en-US"),
            ]
        )
        for query, found in {
            "économie": ["fr"],
            "l'economie": ["fr"],
            "l'état": ["fr"],
            "état": ["fr"],
            "unione": ["it"],
            "home": ["ca"],
            "grève": ["fr2", "tr"],  # the same form, stemmed in one language and not in the other
            "grèves": ["fr2"],
            "lang:en-US": ["en"],
            "lang:en_us": ["en"],
            "lang:en-GB": [],
            "lang:en": ["en"],
            "lang:it": ["it"],
            "lang:fr": ["fr", "fr2"],
        }.items():
            assert archive.ids(query) == found, query


def test_in_an_archive_of_one_language_other_than_its_own_words_are_stemmed_in_that(tmp_path: Path) -> None:
    with open_archive(tmp_path / "archive", create=True) as archive:
        archive.add([Article(id="de", title="Die Häuser", language="de")])
        assert archive.ids("haus") == ["de"]
        archive.add([Article(id="en", title="Striking houses")])
        archive.delete(["de"])
        assert archive.ids("strikes") == ["en"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://www.news.bbc.co.uk/1", ("news.bbc.co.uk", "bbc.co.uk")),
        ("https://www.example.org/", ("example.org",)),
        ("http://folha.uol.com.br:80/x", ("folha.uol.com.br", "uol.com.br")),
        ("http://co.uk/", ("co.uk",)),
        ("http://127.0.0.1/x", ("127.0.0.1",)),
        ("http://[2001:db8::1]/", ("2001:db8::1",)),
        ("http://localhost/", ("localhost",)),
        ("http://www.com/", ("www.com",)),
        ("http://Zeitung.MÜNCHEN.de./", ("zeitung.münchen.de", "münchen.de")),
        ("http://[bad", ()),
        ("", ()),
    ],
)
def test_a_site_goes_up_to_what_was_registered(url: str, found: tuple[str, ...]) -> None:
    assert sites(url) == found


# --- loading ------------------------------------------------------------------------------------


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def test_a_stemmer_is_loaded_without_the_rest_of_nltk_and_leaves_it_whole() -> None:
    printed = run(
        "import sys\n"
        "from search.text.stemming import LANGUAGES, new_stemmer\n"
        "words = 'running häuser économies besteiros корабли ships flooded'.split()\n"
        "apart = [new_stemmer(language)(word) for language in LANGUAGES for word in words]\n"
        "print(any(name.partition('.')[0] == 'nltk' for name in sys.modules))\n"
        "import nltk, nltk.tokenize\n"
        "from nltk.stem.snowball import SnowballStemmer\n"
        "whole = [SnowballStemmer(language).stem(word) for language in LANGUAGES for word in words]\n"
        "print(apart == whole, nltk.stem.PorterStemmer().stem('running'), nltk.__version__ != '')\n"
    )
    assert printed.split() == ["False", "True", "run", "True"]


def test_where_nltk_is_there_already_its_own_module_is_used() -> None:
    printed = run(
        "import nltk.stem.snowball, search.text.stemming\n"
        "print(search.text.stemming._snowball() is nltk.stem.snowball)\n"
    )
    assert printed.split() == ["True"]


@pytest.mark.parametrize("language", [*LANGUAGES, "catalan", OTHER])
def test_every_language_gives_some_term(language: str) -> None:
    assert new_stemmer(language)("words")


def test_indexing_and_searching_import_nothing_of_nltk(tmp_path: Path) -> None:
    printed = run(
        "import sys\n"
        "from search import Article, open_archive\n"
        f"with open_archive({str(tmp_path / 'archive')!r}, create=True) as archive:\n"
        "    archive.add([Article(title='Striking dockers', language='en')])\n"
        "    print(archive.count('strikes'), archive.count('dock'))\n"
        "print(any(name.partition('.')[0] == 'nltk' for name in sys.modules))\n"
    )
    assert printed.split() == ["1", "0", "False"]
