"""Files that hold one article: plain text, Markdown with front matter, mail."""
