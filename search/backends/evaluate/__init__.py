"""Articles as documents of an index, and the trees of queries evaluated over them, for every engine.

The embedded engine evaluates over its whole index. An engine whose server finds most matches itself evaluates
over a few articles, indexed in memory, what the server cannot tell.

columns       how values and times are written
documents     articles to documents
terms         the terms that a word stands for
compile       a tree to a plan over a snapshot, of plan, leaves, operators, value_leaves and capitals
copies        the groups of copies among matches
texts         the texts of documents, for what no index has
explanation   the parts of a score as a tree of numbers
"""
