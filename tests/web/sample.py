"""The sample articles of the repository with sources and keywords, which their plain text does not have."""

from __future__ import annotations

from pathlib import Path

from search.query import open_archive
from tests.web.running import ROOT

SOURCES = ("Port Alder Herald", "Marenne Courier", "Oskel Gazette")
KEYWORDS = {
    "weather": ("storm", "gust", "flood", "snow", "wind"),
    "ports": ("ferry", "harbour", "port", "ship", "dock"),
    "work": ("strike", "union", "pay"),
    "politics": ("budget", "assembly", "minister", "vote"),
    "money": ("bank", "rate", "crown"),
}


def make_sample(location: Path) -> None:
    """Make the archive; its first article about a storm has two versions, and a copy in another source."""
    with open_archive(location.with_name("plain"), create=True) as plain:
        plain.index(ROOT / "index_data" / "sample")
        records = [article.as_record() for article in plain.scan("*")]
    for number, record in enumerate(records):
        text = f"{record['title']} {record.get('description', '')}".lower()
        found = [name for name, words in KEYWORDS.items() if any(word in text for word in words)]
        record.update(source=SOURCES[number % len(SOURCES)], keywords=found or ["towns"])
    first = next(each for each in records if "storm" in str(each["title"]).lower())
    with open_archive(location, create=True) as archive:
        archive.add(records)
        archive.add([{**first, "title": f"{first['title']}, again"}])
        archive.add([{**first, "id": "copy", "source": "Sallowby Tribune"}])
