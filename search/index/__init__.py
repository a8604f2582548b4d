"""A Whoosh index kept and evaluated as arrays; nothing here knows of articles.

kernels/    the hot loops, as pure functions over arrays
format/     which arrays there are, and how they, a segment and a commit lie in files
postings/   where words are: one term's, several as one, phrases, words near each other, prefixes, patterns
read/       a commit as one set of arrays
write/      documents to segments, segments to one, one commit
evaluate/   sets of documents, their scores, the first of them, counts
compare     whether a segment is what its documents give
whoosh/     the same through Whoosh's own classes, so that Whoosh opens it; imported at a commit and by Whoosh
"""
