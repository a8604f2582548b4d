"""Writes documents as segments, merges segments, and commits."""
