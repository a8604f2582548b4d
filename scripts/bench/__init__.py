"""The parts of `scripts/benchmark`; the engines are in `scripts/peers`.

corpus      articles of the input, as they are or resampled to any number, and as lines of terms
queries     query classes, a row each, with queries drawn from the corpus
building    indexes, each built by a process that is timed and whose memory is measured
asking      the same queries to all engines in turn
conditions  snippets, small commits, threads, page cache, cold commands
results     the files in results/
targets     the ratios that this engine should reach
page        tables and plot in docs/benchmarks.md
"""
