"""An archive in a folder: articles in SQLite, found through a Whoosh index.

    articles.db    SQLite, the truth: every article and the revision it came in with   `store`
    index/         the Whoosh index, derived from it                                   `index`
    lock           the process that is writing                                         `lock`

`documents` says how an article becomes a document, `columns` how its values are written, and `builder` makes
segments of many; `compile` turns a query's tree into a plan, `answers` turns matches into pages, facets and
timelines; `engine` is all of it behind the seam.
"""
