"""Show articles on the subject of a draft: the most similar ones, and earlier ones for context.

python similar_to_draft.py index_data draft.txt

The first line of the draft is its title, the rest is its text.
"""

import sys
from pathlib import Path

from search import Article
from search.query import open_archive


def main(location: str, path: str) -> None:
    title, _, body = Path(path).read_text().partition("\n")
    with open_archive(location) as archive:
        found = archive.similar(Article(title=title, body=body), limit=3)
        for hit in found.hits:
            print(f"{hit.article.published:%Y-%m-%d}  {hit.article.title}")
        if found.hits and found.hits[0].article.published:
            print("before that:")
            for hit in archive.background(found.hits[0].article, limit=2).hits:
                print(f"{hit.article.published:%Y-%m-%d}  {hit.article.title}")


if __name__ == "__main__":
    main(*sys.argv[1:])
