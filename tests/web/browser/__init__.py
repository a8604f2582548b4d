"""The pages in a real Chromium. `scripts/check --web` runs all of these tests; others leave them out."""
