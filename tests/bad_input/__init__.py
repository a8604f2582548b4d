"""Every numbered line of the list of bad input, through `news`: what must come out of it, by its number."""
