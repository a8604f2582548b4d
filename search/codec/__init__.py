"""A Whoosh index kept and evaluated as arrays; nothing here knows of articles.

written   pieces      text to numbers of its pieces          inversion  documents to a segment's arrays
          layout      arrays to a file, mapped               lexicon    sorted strings
          merging     segments to one                        writer     one commit
          segment     what Whoosh keeps of one
read      view        a commit as arrays                     postings   a term's, several as one
          whoosh_codec, whoosh_writing, fields               the same through Whoosh's own classes
asked     matches     sets of documents                      scoring    BM25F
          phrases     words side by side                     proximity  words near each other
          expansion   all words with a prefix                patterns   wildcards, misspellings
          order       the first so many, in order            counts     by value, by interval
"""
