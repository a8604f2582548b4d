"""What all the tests share: the hypothesis profile and an archive to look in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

from search.article import Article
from search.query import Archive, open_archive
from tests.clusters import RunningCluster, start_cluster
from tests.engines import close_engines, forget_engines

# `scripts/torture` draws new examples in every run, and tries those that failed again in the next.
KEPT_EXAMPLES = Path(__file__).resolve().parent.parent / ".hypothesis" / "examples"

settings.register_profile(
    "news",
    deadline=None,
    database=DirectoryBasedExampleDatabase(KEPT_EXAMPLES) if os.environ.get("NEWS_TORTURE") else None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("news")


def pytest_report_header(config: pytest.Config) -> str:
    return f"hypothesis seed: {config.getoption('hypothesis_seed') or 'random'}"


@pytest.fixture(autouse=True)
def _no_open_engines() -> Iterator[None]:
    """What a test leaves open would be reported by another test, whenever Python finds it."""
    forget_engines()
    yield
    close_engines()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    """One node of OpenSearch, for all tests of the session."""
    started = start_cluster(1, tmp_path_factory.mktemp("cluster"))
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def _nobody_s_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see no configuration of the person who runs them, and live in UTC."""
    for name in ("NEWS_ARCHIVE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEWS_CONFIG", str(tmp_path / "no-config.toml"))
    (tmp_path / "no-config.toml").touch()
    monkeypatch.setenv("NEWS_TZ", "UTC")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def day(text: str) -> datetime:
    """The instant that an ISO date or time in UTC is."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ARTICLES = (
    Article(
        id="a1",
        title="Harbour strike begins in Port Alder",
        description="Dockers walked out at dawn.",
        highlights=("1,340 dockers on strike", "Talks on Thursday"),
        body="The strike began at six. The Bank of Marenne watched closely.\n\n"
        "Mr. Achterhof called it absurd.",
        published=day("2025-02-10T08:20"),
        keywords=("strike", "Harbour"),
        authors=("Ana Ruiz", "Bo Lund"),
        source="Herald",
        url="https://news.herald.example/strike?id=1",
        language="en",
        extra={"places": ("port-alder",), "desk": ("labour",)},
    ),
    Article(
        id="a2",
        title="Bank of Marenne cuts its rate",
        body="The bank of the centre cut rates by 0.25 points to 3.75. Striking dockers were not mentioned.",
        published=day("2025-03-08T12:00"),
        keywords=("rates", "crude oil"),
        authors=("Bo Lund",),
        source="herald",
        extra={"places": ("vesk", "port-alder")},
    ),
    Article(
        id="a3",
        title="Storm floods café in Vesk",
        description="Água por todas as partes.",
        body="Water stood a metre deep in the naval-base canteen; the U.S. consul's cellar flooded too.",
        published=day("2025-03-31T23:30"),
        keywords=("weather",),
        source="Agence Côte",
        language="en-GB",
    ),
    Article(
        id="a4", title="Undated notes", body="Nothing is known of when this was written.", source="Herald"
    ),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive of the four articles."""
    with open_archive(tmp_path / "archive", create=True) as opened:
        opened.add(ARTICLES)
        yield opened
