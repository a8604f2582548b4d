"""x"""
from tests.bad_input.table import Line
LINES: dict[int, Line] = {}
