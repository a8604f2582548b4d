"""An archive whose articles try to become markup, to run, to hide text and to break out of addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from search.article import Article
from search.query import open_archive

SCRIPTS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></ScRiPt>",
    "<script\x0c>alert(1)</script\x0c>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=x onerror\x0b=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text y=9>x</text></a></svg>",
    "<math><mi xlink:href=javascript:alert(1)>x</mi></math>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<body onload=alert(1)>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<style>@import'//evil.example/x.css'</style>",
    "<p style=behavior:url(x)>",
    "<template><script>alert(1)</script></template>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</svg><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" onfocus=\"alert(1)\" autofocus=\"",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "+ADw-script+AD4-alert(1)",
)  # fmt: skip
"""Ways of script injection."""

HIDDEN = "pay\u202e\u2066evil\u2069 \U000e0041\U000e0042\U000e007f\u200f\x1b[31m"
LONG = "supercalifragilistic" * 150
IDS = (
    "../../etc/passwd", "..", ".", "a/b", "a?b=1", "a#b", "a%2Fb", "a%b", " a b ", "a&id=c",
    "javascript:alert(1)", "<script>alert(1)</script>", "'\"><b>", "Ä-ß", "\\..\\x", "%00", "//evil.example/",
)  # fmt: skip
URLS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x", "//evil.example/", "https://user:pass@evil.example/", "http://evil.example\\@news.example/",
    "https://news.example/\"onmouseover=\"alert(1)", "https:evil.example",
)  # fmt: skip


def make_hostile(location: Path) -> None:
    """Make the archive: an article for each script, id and address."""
    articles = [
        Article(
            id=f"script-{number}",
            title=f"storm {script}",
            description=f"storm {script}",
            highlights=(f"storm {script}",),
            body=f"The storm {script}\n\nstorm {HIDDEN} {LONG}",
            published=datetime(2025, 1, 1 + number % 28, tzinfo=UTC),
            keywords=(script[:500], f"k {number % 3}"),
            authors=(script[:500],),
            source=script[:500],
            url=URLS[number % len(URLS)],
            language=("en", "ar", "he", 'x" onload="alert(1)')[number % 4],
            extra={"places": (script[:500],)},
        )
        for number, script in enumerate(SCRIPTS)
    ]
    articles += [Article(id=identity, title=f"fog {identity}", body=f"fog {LONG}") for identity in IDS]
    with open_archive(location, create=True) as archive:
        archive.add(articles)
        archive.add(
            [
                Article(id=each.id, title=each.title + " <ins>new</ins>", body=each.body)
                for each in articles[:3]
            ]
        )
