"""bm25s: scores of whole collections by sparse matrices. It has only queries for any of some terms."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import Any

from peers.contract import SHOWN, Answer, Query, Run, read_documents


class Bm25s:
    name = "bm25s"

    def __init__(self, *, english: bool = False) -> None:
        self.english = english

    def version(self) -> str:
        return metadata.version("bm25s")

    def build(self, source: Path, folder: Path) -> None:
        import bm25s

        ids, texts = [], []
        with (folder / "documents.jsonl").open("w") as documents:
            for each in read_documents(source):
                ids.append(each.id)
                texts.append(each.text)
                documents.write(each.stored + "\n")
        model = bm25s.BM25(method="lucene")
        model.index(
            self._tokens(texts) if self.english else [text.split() for text in texts], show_progress=False
        )
        model.save(str(folder))
        (folder / "ids.json").write_text(json.dumps(ids))

    def open(self, folder: Path) -> None:
        import bm25s

        self._model = bm25s.BM25.load(str(folder), mmap=True)
        self._ids = json.loads((folder / "ids.json").read_text())

    def any_of(self, query: Query) -> Run:
        import numpy as np

        terms = list(query.terms)

        def run() -> Answer:
            scores = self._model.get_scores(terms)
            best = np.argpartition(scores, -SHOWN)[-SHOWN:]
            best = best[np.argsort(-scores[best])]
            return Answer(int(np.count_nonzero(scores)), [self._ids[number] for number in best.tolist()])

        return run

    def ranked(self, text: str, depth: int) -> dict[str, float]:
        tokens = self._tokens([text], return_ids=False)
        depth = min(depth, len(self._ids))
        found, scores = self._model.retrieve(tokens, k=depth, show_progress=False)
        pairs = zip(found[0].tolist(), scores[0].tolist(), strict=True)
        return {self._ids[number]: score for number, score in pairs if score > 0}

    def _tokens(self, texts: list[str], **options: bool) -> Any:
        import bm25s
        import Stemmer

        stemmer = Stemmer.Stemmer("english")
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False, **options)
