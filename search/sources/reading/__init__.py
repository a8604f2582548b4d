"""Shared by all readers of files: outcomes, options, byte streams, safe XML, and the draft of an article."""
