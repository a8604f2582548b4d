"""Other search engines beside this one, each wrapped once for `scripts/benchmark` and `scripts/evaluate`.

contract   documents, queries, answers, and what an engine must have
news       this engine; news_numpy is the same without compiled kernels, news_cluster on OpenSearch
tantivy, fts5, lucene, whoosh, bm25s
"""

from peers.bm25s import Bm25s
from peers.contract import Peer
from peers.fts5 import Fts5
from peers.lucene import Lucene
from peers.news import News
from peers.news_cluster import NewsCluster
from peers.news_numpy import NewsNumPy
from peers.tantivy import Tantivy
from peers.whoosh import Whoosh

PEERS: dict[str, type[Peer]] = {
    peer.name: peer for peer in (News, NewsNumPy, NewsCluster, Tantivy, Fts5, Lucene, Whoosh, Bm25s)
}
"""Each engine by its name."""

USUAL = tuple(name for name in PEERS if name != NewsCluster.name)
"""Engines that are measured unless others are named; that one takes ten times as long."""
