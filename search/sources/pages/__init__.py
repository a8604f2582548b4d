"""Web pages: saved as HTML, or kept in a web archive."""
