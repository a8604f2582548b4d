"""Results to text: JSON for programs, tables as CSV, a terminal for people."""
