"""Runs to figures: the measures of TREC, query by query, and a test for differences by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import AP, RR, P, R, nDCG

from evaluation.collection import Judgments
from evaluation.systems import Run

MEASURES = (nDCG @ 10, AP, P @ 10, R @ 100, RR)
COMPARED = ("nDCG@10", "AP")
"""The measures in which systems are compared."""

ROUNDS = 20_000
"""Rounds of the randomisation test."""

Figures = dict[str, dict[str, float]]
"""By measure and query."""


def figures_of(run: Run, judgments: Judgments, queries: Sequence[str]) -> Figures:
    """Each measure of each query; 0 for a query that is not in the run."""
    asked = {query: judgments[query] for query in queries}
    found: Figures = {str(measure): dict.fromkeys(queries, 0.0) for measure in MEASURES}
    for value in ir_measures.iter_calc(MEASURES, asked, run):
        found[str(value.measure)][value.query_id] = value.value
    return found


def mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)


def compared(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[int, int, float]:
    """The number of queries with `one` better, with it worse, and the chance of such a difference.

    Fisher's randomisation test for pairs, two-sided (Smucker, Allan and Carterette 2007): how often the
    mean difference is at least as large when each query's two values are swapped at random.
    """
    differences = np.array([one[query] - other[query] for query in one])
    wins, losses = int((differences > 1e-9).sum()), int((differences < -1e-9).sum())
    signs = np.random.default_rng(20251124).choice((-1.0, 1.0), (ROUNDS, len(differences)))
    at_least = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return wins, losses, (int(at_least.sum()) + 1) / (ROUNDS + 1)


def write_run(path: Path, run: Run, name: str) -> None:
    """The run in the format of TREC."""
    with path.open("w", encoding="utf-8") as file:
        for query, scores in run.items():
            for rank, (document, score) in enumerate(scores.items(), start=1):
                file.write(f"{query} Q0 {document} {rank} {score:.6f} {name}\n")
