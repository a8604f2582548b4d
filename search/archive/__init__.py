"""What stands on the seam: the library, and what helps a search along."""
