"""A Whoosh index kept and evaluated as arrays; no module here knows about articles.

kernels/    the hot loops, as pure functions over arrays
format/     the arrays of a segment, and how arrays, segments and commits lie in files
postings/   the places of words: one term, several as one, phrases, nearby words, prefixes, wildcards
read/       one commit, all its segments as one set of arrays
write/      documents to segments, merging, commits
evaluate/   sets of documents, their scores, the best of them, counts
compare     compares a segment with one made again from its documents
whoosh/     the same index for Whoosh's own classes, so that Whoosh opens it; imported only at a commit
"""
