"""Languages: their names and tags, the elisions of their words, and NLTK's stemmers.

A language is one of `LANGUAGES`, which have a stemmer; one that only has elision; or `OTHER`,
whose words are indexed as they are.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

LANGUAGES = (
    "arabic danish dutch english finnish french german hungarian italian norwegian portuguese "
    "romanian russian spanish swedish"
).split()
"""Languages with a Snowball stemmer in NLTK, as `--language` takes them."""

OTHER = "other"
"""The name that `language_named` gives to a language without a stemmer: its words are indexed as they are."""

_TAGS = {
    **dict(zip("ar da nl en fi fr de hu it no pt ro ru es sv".split(), LANGUAGES, strict=True)),
    **dict(
        zip("ara dan nld eng fin fra deu hun ita nor por ron rus spa swe".split(), LANGUAGES, strict=True)
    ),
    "nb": "norwegian",
    "nn": "norwegian",
    "nob": "norwegian",
    "nno": "norwegian",
    "dut": "dutch",
    "fre": "french",
    "ger": "german",
    "rum": "romanian",
    "ca": "catalan",
    "cat": "catalan",
    "ga": "irish",
    "gle": "irish",
    **{name: name for name in (*LANGUAGES, "catalan", "irish")},
    **dict.fromkeys(("", "und", "mul", "mis", "zxx"), ""),
}
_CODES = {name: code for code, name in reversed(_TAGS.items()) if len(code) == 2 and code not in ("nb", "nn")}

_ELIDED = {
    "french": "l d s m t n c j qu jusqu lorsqu puisqu quoiqu",
    "italian": "l un dell nell all dall sull coll gl d c n s v m t quest quell",
    "catalan": "d l m n s t",
    "irish": "d m b",
}


def language_named(tag: str) -> str:
    """The language that a tag ("en", "pt-BR", "eng") or an English name means.

    "" where it names no language: text without a tag, or of undetermined language, is in the archive's.
    """
    return _TAGS.get(_primary(tag).lower(), OTHER)


def language_tags(tag: str) -> tuple[str, ...]:
    """A language tag and its parents: en-US, en. A three-letter code or a name has its short code too."""
    parts = tag.replace("_", "-").split("-")
    tags = ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]
    code = _CODES.get(_TAGS.get(parts[0].lower(), ""), "")
    short = [code] if code and len(parts[0]) > 2 else []
    return tuple(dict.fromkeys(each for each in [*tags, *short] if each))


def _primary(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].strip()


def without_any_elision(word: str) -> set[str]:
    """The word, which is in lower case, without its elision in each language that has elisions."""
    return {without_elision(word, language) for language in _ELIDED}


def without_elision(word: str, language: str) -> str:
    """`word`, in lower case, without the article or preposition that an apostrophe ties to it."""
    if "'" not in word or language not in _ELIDED:
        return word
    found = _elision(language).match(word)
    return word[found.end() :] if found else word


@cache
def _elision(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(_ELIDED[language].split())})'(?=\w)")


def new_stemmer(language: str) -> Callable[[str], str]:
    """A stemmer of a language, for one thread at a time; without one, a function that changes nothing."""
    if language not in LANGUAGES:
        return str
    made = _snowball().SnowballStemmer(language)
    stem: Callable[[str], str] = made.stem
    return stem


@cache
def stems_fingerprint() -> str:
    """A checksum of the stems of a fixed list of words in every language; other stems give another."""
    stemmers = map(new_stemmer, LANGUAGES)
    stems = "\n".join(stem(word) for stem in stemmers for word in _TRIED.split())
    return f"{crc32(stems.encode()):08x}"


@cache
def stemmers_checksum() -> str:
    """A checksum of the stemmers' code, which is read and not run: where it is the same, stems are."""
    folder = _nltk_folder()
    code = b"" if folder is None else (folder / "stem" / "snowball.py").read_bytes()
    return f"{crc32(code):08x}"


_TRIED = (
    "strikes striking happily relational universities agreements hopefulness generously skies national "
    "häuser regierungen läufer möglichkeiten freundlichen aufeinanderfolgend continuellement nationaux "
    "grèves heureuses finissaient huelgas rápidamente naciones ciudades comieron cantábamos scioperi "
    "felicemente nazionali mangiarono cidades rapidamente nações falaram wetten regeringen mogelijkheden "
    "kinderen regeringens muligheder arbejderne möjligheterna arbetarnas regeringen arbeidernes hallitukset "
    "työntekijöiden mahdollisuuksia kormányok munkásoknak lehetőségek guvernele muncitorilor posibilitățile "
    "важностями рабочих забастовками правительственный الكتاب والمدرسة العاملين"
)


def _nltk_folder() -> Path | None:
    """Where the package nltk is."""
    spec = importlib.util.find_spec("nltk")
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(folders[0]) if folders else None


@cache
def _snowball() -> Any:
    """NLTK's module of Snowball stemmers.

    Importing it brings all of NLTK, which takes longer than indexing a thousand articles. So, unless that
    is imported already, the module and the few that it needs are run on their own, outside of
    `sys.modules`: a later `import nltk` gets it whole.
    """
    folder = _nltk_folder()
    if "nltk" not in sys.modules and folder is not None:
        return _Apart(folder).module("nltk.stem.snowball")
    import nltk.stem.snowball

    return nltk.stem.snowball


class _Apart:
    """Modules of the package nltk in `folder`, run without the package."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, ModuleType] = {}

    def module(self, name: str) -> ModuleType:
        """The module with this full name; a package is an empty one."""
        if name not in self._modules:
            made = self._modules[name] = ModuleType(name)
            path = self._folder.joinpath(*name.split(".")[1:]).with_suffix(".py")
            if path.is_file():
                made.__file__ = str(path)
                made.__dict__["__builtins__"] = {**vars(__import__("builtins")), "__import__": self._import}
                if (code := SourceFileLoader(name, str(path)).get_code(name)) is not None:
                    exec(code, made.__dict__)
        return self._modules[name]

    def _import(
        self,
        name: str,
        within: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        wanted: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Stand in for `__import__` in these modules, which have no relative imports."""
        if name.partition(".")[0] != "nltk" or level:
            return __import__(name, within, local, wanted or (), level)
        found = self.module(name)
        for each in wanted or ():
            if not hasattr(found, each):
                setattr(found, each, self.module(f"{name}.{each}"))
        return found
