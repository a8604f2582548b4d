"""Which arrays a segment has, and how arrays, segments and commits lie in files."""
