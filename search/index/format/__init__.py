"""The arrays of a segment, and how arrays, segments and commits lie in files."""
