"""Plain English: docstrings, messages, help and Markdown have none of the turns that readers stumble over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TURNS = {
    r"(?:^|[.;:] )(?:What|Whatever|Whether|Whose|Which)\b": "name the thing; a function begins with a verb",
    r"(?:^|[.;:,] (?:and |but |or )?)what (?:is|was|are|has|had|can|cannot)\b": "name the thing",
    r"\b(?:of|from|with|by|to|than|into) what\b": "name the thing",
    r"\bwho(?:m|so)?ever\b": "name the person or the program",
    r"\b[Nn]obody\b": "say what happens instead",
    r"\bthat of\b": "repeat the noun",
    r"\bthose (?:of|that|who|which)\b": "repeat the noun",
    r"(?<!\bthere )\b(?:is|are|be|has|have|as) none\b": "there is no …",
    r"\bnone (?:is|are|of (?:them|it|these|those|which))\b": "no …",
    r"(?<!\bthere )(?<!\bThere )\b(?:is|are|was|were) no (?!(?:longer|more|less|f[au]\w+er)\b)": "is not a …",
    r"\bso (?:many|few)\b|\bso long\b(?! as)|\bso much\b": "give the number its name",
    r"(?<!article )(?<!move it )\baside\b": "without …, apart from …",
    r"\banew\b": "again, a new …",
    r"\b(?:called|named|begins?|stays?|chosen|read) so\b(?! far\b)": "has this name, begins with …",
    r"\bwill do\b": "is enough",
    r"\b(?:the|its|their) like\b": "list them",
    r"\bsees? to it\b": "the caller must …",
    r"(?:^|\. )Most \w+ (?:to|of an?|that)\b": "at most this many …",
    r"\b(?:is|are|was|were) (?:said|told)\b": "the message names …, news prints …",
    r"\bof (?:strangers|others|ours)\b": "name them",
    r"\bgoes? with no\b": "cannot be combined with",
    r"\bbut for (?:the|an?|its|one|some|those)\b": "except …",
    r"\b(?:thereof|wherein|thereby|hence|upon|midst|ere|lest)\b": "a word that people say",
}
"""A pattern of each turn, and a plain way to put it."""

FILES = sorted(
    [
        *(path for folder in ("search", "scripts") for path in (ROOT / folder).rglob("*.py")),
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
    ]
)


def without_code(text: str) -> str:
    """The text with its code and its quotations left out, and on one line a paragraph."""
    text = re.sub(r"```.*?```|``.*?``|`[^`\n]*`", "`code`", text, flags=re.DOTALL)
    text = re.sub(r"“[^”]*”|\"[^\"\n]*\"", "“quoted”", text)
    return re.sub(r"(?<=\S)[ \t]*\n[ \t]*(?=[^\s*|#-])", " ", text)


def texts_of_python(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring and every string that has words in it."""
    tree = ast.parse(source)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            pieces = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            text = "".join(map(str, pieces))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            text = node.value
        else:
            continue
        if re.search(r"[a-z]+ [a-z]+", text):
            yield node.lineno, text


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of all prose in the file."""
    content = path.read_text()
    if path.suffix == ".py":
        yield from texts_of_python(content)
    else:
        yield from enumerate(without_code(content).splitlines(), start=1)


def found_turns(text: str) -> list[str]:
    """What is found in the text, with the plain way beside it; questions may begin as they like."""
    plain = without_code(text)
    sentences = [each for each in re.split(r"(?<=[.!?])\s+|\n\s*\n", plain) if not each.endswith("?")]
    return [
        f"“{match.group().strip()}” in “{sentence.strip()[:90]}”: {advice}"
        for pattern, advice in TURNS.items()
        for sentence in sentences
        for match in re.finditer(pattern, sentence.strip(), re.MULTILINE)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_has_no_such_turn(path: Path) -> None:
    found = [f"{path.name}:{line}: {turn}" for line, text in texts(path) for turn in found_turns(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "What a command ends with.",
        "Whether there is anything.",
        "This is kept; what is counted stays.",
        "The caller, or whoever closed it.",
        "there is nobody to ask",
        "'colour' is no setting",
        "The span, that of the article.",
        "Most hits to print.",
        "Wait so long.",
        "Make the index anew.",
        "all, case aside",
        "Any of the words will do.",
        "The words, of which none is a stop word.",
        "Damage is said and not answered from.",
    ],
)
def test_a_riddle_is_found(text: str) -> None:
    assert found_turns(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is no archive at this place.",
        "What does it cost?",
        "True if there is anything.",
        "Returns None if there is none.",
        "The index is no longer used.",
        "The forks are no faster.",
        "The code `what is` is left out, and “nobody” too.",
    ],
)
def test_plain_sentences_are_not(text: str) -> None:
    assert not found_turns(text)
