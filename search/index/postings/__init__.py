"""Where words are: of one term, of several as one, side by side, near each other."""
