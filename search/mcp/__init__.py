"""Tools for agents over the Model Context Protocol: `server` speaks it, `tools` answer, `untrusted` writes.

An answer is one JSON object of at most `MAX_CHARACTERS`. Everything in it that articles have written is under
a name `untrusted`; everything else is a fact of the archive or was sent by the caller.
"""
