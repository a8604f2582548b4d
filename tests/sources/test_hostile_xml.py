"""XML that is made to do harm, whatever it pretends to be: refused by name, and the rest is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from search.sources import Accepted, Item, ReadOptions, Rejected, read_paths

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
SECRET = "what nobody may read"


def nitf(title: str, attribute: str = "") -> str:
    body = "<body><body.content><p>x</p></body.content></body>"
    return f"<nitf{attribute}><head><title>{title}</title></head>{body}</nitf>"


def rss(title: str, attribute: str = "") -> str:
    return f"<rss version='2.0'{attribute}><channel><item><title>{title}</title></item></channel></rss>"


ROOTS = {"nitf": nitf, "rss": rss}


def read(folder: Path, content: bytes) -> list[Item]:
    (folder / "a.xml").write_bytes(content)
    (folder / "b.txt").write_text("Crane\nIt fell.")
    items = list(read_paths([folder / "a.xml", folder / "b.txt"], ReadOptions()))
    last = items.pop()
    assert isinstance(last, Accepted)
    return items


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize(
    "doctype",
    [
        BILLION,
        QUADRATIC,
        '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file://{secret}">]>',
        '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>',
    ],
    ids=["billion laughs", "quadratic", "file", "http", "parameter"],
)
def test_entities_are_refused_unread(tmp_path: Path, root: str, doctype: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    reference = "&a;" * 10_000 if doctype is QUADRATIC else "&l9;" if "l9" in doctype else "x"
    content = "<?xml version='1.0'?>" + doctype.replace("{secret}", str(secret)) + ROOTS[root](reference)
    (item,) = read(tmp_path, content.encode())
    assert isinstance(item, Rejected)
    assert item.code == "dangerous-xml"


@pytest.mark.parametrize("root", ROOTS)
def test_a_reference_to_a_dtd_is_not_followed(tmp_path: Path, root: str) -> None:
    doctype = '<!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf.dtd">'
    (item,) = read(tmp_path, (doctype + ROOTS[root]("Tides")).encode())
    assert isinstance(item, Accepted)
    assert item.article.title == "Tides"


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "klingon"])
def test_a_huge_attribute_and_great_depth_are_refused(tmp_path: Path, root: str, encoding: str) -> None:
    """Each of them in under a second on any machine of today."""
    declared = f"<?xml version='1.0' encoding='{encoding}'?>"
    huge = ROOTS[root]("Tides", f' a="{"x" * 4_000_000}"')
    deep = ROOTS[root]("<b>" * 100_000 + "Tides" + "</b>" * 100_000)
    for content, code in ((huge, "too-large"), (deep, "too-deep")):
        known = encoding if encoding != "klingon" else "utf-8"
        (item,) = read(tmp_path, (declared + content).encode(known))
        assert isinstance(item, Rejected)
        assert item.code == ("not-xml" if encoding == "klingon" and root == "nitf" else code)


def test_a_feed_in_an_unknown_encoding_is_read_only_where_it_is_utf_8(tmp_path: Path) -> None:
    content = "<?xml version='1.0' encoding='klingon'?>" + rss("Café")
    (item,) = read(tmp_path, content.encode())
    assert isinstance(item, Accepted)
    assert item.article.title == "Café"
    assert [note.code for note in item.notes] == ["broken-feed"]
    (item,) = read(tmp_path, content.encode("latin-1"))
    assert isinstance(item, Rejected)
    assert item.code == "encoding"


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml version='1.0' encoding='utf-7'?>" + nitf("Tides").encode(),
        b"<?xml version='1.0' encoding='no-such'?>" + nitf("Tides").encode(),
        b"<?xml version='1.0' encoding='utf-8'?>" + nitf("Caf\xe9").encode("latin-1"),
        nitf("Tides").encode()[:-9],
        nitf("a &nbsp; b").encode(),
        nitf("nul \0").encode(),
        nitf("Tides").encode() + b"<nitf/>",
        b"<unknown><x/></unknown>",
        b"<?xml version='1.0'?>",
    ],
)
def test_broken_xml_of_a_wire_is_refused(tmp_path: Path, content: bytes) -> None:
    (item,) = read(tmp_path, content)
    assert isinstance(item, Rejected)
    assert item.code in ("not-xml", "unknown-format", "encoding")
