"""The places of words: of one term, of several terms as one, of phrases, of words near each other."""
