"""The formats of news agencies and their archives: NewsML, NITF, ninjs, Reuters' corpora."""
