"""A Whoosh index kept and evaluated as arrays; nothing here knows of articles.

written   inversion   documents to the arrays of a segment     merging   segments to one
          layout      arrays to a file, mapped                 lexicon   sorted strings
          writer      one commit                               segment   what Whoosh keeps of it
read      view        a commit as arrays                       postings  a term's, several as one
          whoosh_codec, fields   the same for Whoosh's own readers and queries
asked     matches     sets of documents     proximity   words near each other
          patterns    wildcards, misspellings           scoring     BM25F
          order       the first so many, in order       counts      by value, by interval
"""
