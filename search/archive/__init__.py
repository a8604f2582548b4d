"""The archive as callers use it, and the policies above the engine: feedback, spelling, timelines, paging."""
