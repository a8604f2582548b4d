"""The parts of `scripts/benchmark`.

corpus    articles of the input, as they are or resampled to any number, and as lines of terms
queries   query classes, with queries drawn from the corpus
peers     this engine and the others, each built from the corpus and given the same queries
"""
