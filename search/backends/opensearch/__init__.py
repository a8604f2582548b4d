"""An engine on a cluster of OpenSearch: the same answers, for archives beyond one machine.

location     opensearch://HOST/NAME
client       requests and answers; errors of the cluster as ours
layout       the indexes of an archive, their settings and mappings
documents    articles as documents; tokens and frequencies are ours, and the server analyses nothing
lexicon      every form of a word with its term
words        the terms, forms and frequencies of the words of a query
translate    a query's tree as a query of the server; filters has the parts that do not score
moment       one moment of the articles, kept by the server
pages        a page of hits, the first of them ranked by nearness
facets       counts by value and by time
suggestions  words and values near to a typed one
reader       one moment of the archive
writing      articles into the indexes, beside other writers; decisions has the rules
creation     new archives and indexes
rebuild      a new index behind the alias, while searches and writes go on
lease        who rebuilds
engine       all of it as a `search.engine.Engine`
maintenance  checks; snapshots has the backups, condition the report of the doctor
"""
