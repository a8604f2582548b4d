"""The distributions built from this tree can be installed and hold all that a user needs."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import search

ROOT = Path(search.__file__).resolve().parent.parent


KERNELS = "from search.index.kernels import KERNELS; print(KERNELS)"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution."""
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (packed,) = folder.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return packed.with_name(packed.name.removesuffix(".tar.gz"))


def test_the_source_distribution_has_all_that_is_kept_in_the_repository(sources: Path) -> None:
    there = {path.name for path in sources.iterdir()}
    assert {"search", "tests", "scripts", "docs", "README.md", "CHANGELOG.md", "LICENSE"} <= there
    assert len(list((sources / "index_data" / "sample").iterdir())) == 52
    assert (sources / "tests" / "archives" / "format-1.tar.gz").exists()


@pytest.mark.parametrize("compiler", ["", "no-such-compiler"])
def test_the_wheel_built_from_the_sources_works_where_it_is_installed(
    sources: Path, tmp_path: Path, compiler: str
) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path, cwd=sources, CC=compiler)
    (wheel,) = tmp_path.glob("*.whl")
    compiled = not compiler and shutil.which("cc") is not None
    assert ("-cp311-abi3-" if compiled else "-py3-none-any") in wheel.name
    with zipfile.ZipFile(wheel) as packed:
        tops = {name.split("/")[0] for name in packed.namelist()}
        assert "search/py.typed" in packed.namelist()
    assert tops == {"search", f"news_search-{wheel.name.split('-')[1]}.dist-info"}
    venv.create(tmp_path / "fresh")
    python = tmp_path / "fresh" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", wheel, cwd=tmp_path)
    (packages,) = (tmp_path / "fresh").glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    assert str(packages) in run(python, "-c", "import search; print(search.__file__)", cwd=tmp_path)
    assert run(python, "-c", KERNELS, cwd=tmp_path, NEWS_KERNELS="").strip() == (
        "native" if compiled else "numpy"
    )
    news = python.with_name("news")
    assert run(news, "--version", cwd=tmp_path).startswith("news, version ")
    printed = run(news, "index", sources / "index_data" / "sample", cwd=tmp_path)
    assert printed.splitlines()[-1] == "added 52, updated 0, unchanged 0, rejected 0"


def test_the_metadata_is_valid() -> None:
    printed = run(sys.executable, "-m", "validate_pyproject", ROOT / "pyproject.toml", cwd=ROOT)
    assert "Valid file" in printed


def test_no_word_is_misspelt() -> None:
    assert run(sys.executable, "-m", "codespell_lib", cwd=ROOT) == ""
