"""Copies: which texts are copies of each other, and the group that each text belongs to."""
