"""An archive in a folder: articles in SQLite, found through a Whoosh index.

    articles.db    SQLite, the truth: every article and the revision it came in with   `store`
    index/         the Whoosh index, derived from it                                   `index`
    lock           who is writing                                                      `lock`

`documents` says how an article becomes a document and `building` makes segments of many, `evaluate`
turns a query's tree into matches, `select` turns matches into pages, facets and timelines; `engine` is
all of it behind the seam.
"""
