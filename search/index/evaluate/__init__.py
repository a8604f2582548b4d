"""Sets of documents: what they score, which come first, how many have what."""
