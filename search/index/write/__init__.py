"""Documents to segments, segments to one, and a commit."""
