"""The values of a request: checked by their types, and refused in words that say what to write instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from search.errors import InvalidRequest

MAX_QUERY = 8_192

Term = Annotated[str, Field(min_length=1, max_length=MAX_QUERY)]
Name = Annotated[str, Field(min_length=1, max_length=200)]

MAX_REPEATED = 60
"""Characters of a name or a value that a message repeats."""


class Inputs(BaseModel):
    """Values by name: each has a type, and there are no others.

    A message calls one of them a `NOUN`, and all of them the `WHOLE`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    NOUN: ClassVar[str]
    WHOLE: ClassVar[str]

    @classmethod
    def checked(cls, given: object) -> Self:
        """Check them; raises `InvalidRequest`, which says what to write instead."""
        try:
            inputs = cls.model_validate(given)
        except ValidationError as error:
            raise InvalidRequest(cls._refusal(error)) from error
        for name, value in given.items() if isinstance(given, Mapping) else ():
            if isinstance(value, int | float):  # pydantic reads True as 1, and 0 as False
                own = cls.model_json_schema()["properties"][name]
                if isinstance(value, bool) != (own.get("type") == "boolean"):
                    raise InvalidRequest(f"{name} is {_in_words(own)}, not {json.dumps(value)}")
        return inputs

    @classmethod
    def _refusal(cls, error: ValidationError) -> str:
        errors = error.errors(include_url=False, include_context=False)
        first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
        described = cls.model_json_schema()["properties"]
        known = f"{cls.NOUN}s are {', '.join(described)}" if described else f"there are no {cls.NOUN}s"
        if not first["loc"]:
            return f"{cls.WHOLE} must be an object of JSON, with names and values; {known}"
        name, given = str(first["loc"][0])[:MAX_REPEATED], first["input"]
        if first["type"] == "extra_forbidden":
            return f"there is no {cls.NOUN} “{name}”; {known}"
        wanted = f"{name} is {_in_words(described[name])}"
        if first["type"] == "missing":
            return f"{wanted}, and is needed; {known}"
        if first["type"] == "string_unicode":
            return f"{wanted}, and a half of a character is given"
        if isinstance(given, list | tuple):
            several = described[name].get("type") == "array"
            return f"{wanted}, and {f'{len(given):,} are' if several else 'a list is'} given"
        if isinstance(given, str) and len(first["loc"]) == 1 and described[name].get("type") == "array":
            example = f": [{json.dumps(given, ensure_ascii=False)}]" if len(given) <= MAX_REPEATED else ""
            return f"{wanted}, also where there is one{example}"
        return f"{wanted}, and {len(given):,} are given" if first["type"] == "string_too_long" else wanted


def _in_words(described: Mapping[str, Any]) -> str:
    """The values that a JSON Schema allows, in words."""
    match described:
        case {"anyOf": choices}:
            return " or ".join(_in_words(each) for each in choices if each.get("type") != "null")
        case {"const": value}:
            return str(value)
        case {"enum": values}:
            return f"{', '.join(values[:-1])} or {values[-1]}"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "integer"}:
            return f"a whole number{_span(described, 'minimum', 'maximum', 'from')}"
        case {"type": "array", "items": items}:
            return f"a list{_span(described, 'minItems', 'maxItems')} texts{_characters(items)}"
    return f"text{_characters(described)}"


def _characters(described: Mapping[str, Any]) -> str:
    return f"{_span(described, 'minLength', 'maxLength')} characters"


def _span(described: Mapping[str, Any], least: str, most: str, word: str = "of") -> str:
    low, high = described.get(least, 0), described.get(most)
    if high is None:
        return f" {word} at least {low:,}"
    return f" of at most {high:,}" if word == "of" and not low else f" {word} {low:,} to {high:,}"
