"""The errors of a cluster and of the network, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

BLOCKS = ("cluster_block_exception", "index_create_block_exception")
"""Kinds of error where an index does not take what was asked."""


def cause_of(info: object) -> tuple[str, str]:
    """The kind and the reason of the innermost error that an answer tells."""
    told = info.get("error") if isinstance(info, dict) else None
    if not isinstance(told, dict):
        return "", str(told or info or "")
    causes = [*_causes(told)]
    kind = next((each for each, _ in causes if each in _TELLING), causes[0][0])
    return kind, "; ".join(dict.fromkeys(reason for _, reason in causes if reason))


def reason_of(error: Any) -> str:
    """A few words about an error of the network, without the request."""
    inner = getattr(error, "info", None) or error
    text = str(getattr(inner, "reason", None) or inner)
    return text.rpartition(": ")[2].strip("()'\" ")[:120] or type(inner).__name__


_TELLING = (
    "cluster_block_exception",
    "search_context_missing_exception",
    "node_not_connected_exception",
    "too_many_nested_clauses",
    "too_many_buckets_exception",
    "circuit_breaking_exception",
)


def _causes(told: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield str(told.get("type", "")), str(told.get("reason", ""))
    for inner in (*told.get("root_cause", ()), *told.get("failed_shards", ())):
        own = inner.get("reason", inner) if isinstance(inner, dict) else None
        yield from _causes(own) if isinstance(own, dict) else _causes_of(inner)
    if isinstance(told.get("caused_by"), dict):
        yield from _causes(told["caused_by"])


def _causes_of(inner: object) -> Iterable[tuple[str, str]]:
    if isinstance(inner, dict):
        yield str(inner.get("type", "")), str(inner.get("reason", ""))
