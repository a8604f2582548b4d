"""The commands `serve` and `mcp` where they cannot start; their processes are tested in their folders."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_server_needs_an_archive(run: Run, tmp_path: Path) -> None:
    code, out, err = run("serve", "--port", "0", "--archive", str(tmp_path / "nothing"))
    assert (code, out) == (2, "")
    assert "no archive" in err


def test_a_port_in_use_is_named(run: Run, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, out, err = run("serve", "--port", port, "--archive", str(home / "archive"))
    assert (code, out) == (2, "")
    assert f"cannot listen on 127.0.0.1, port {port}" in err


def test_tools_for_agents_need_an_archive(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason="needs: pip install 'news-search[mcp]'")
    code, out, err = run("mcp", "--archive", str(tmp_path / "nothing"))
    assert (code, out) == (2, "")
    assert "no archive" in err


def test_a_missing_package_is_named(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "search.mcp.server", None)
    code, out, err = run("mcp", "--archive", str(home / "archive"))
    assert (code, out) == (2, "")
    assert "pip install 'news-search[mcp]'" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_other_machines_are_served_with_tokens_only(run: Run, home: Path, host: str) -> None:
    code, out, err = run("serve", "--port", "0", "--host", host, "--archive", str(home / "archive"))
    assert (code, out) == (2, "")
    assert "--token-file" in err


def test_a_file_of_tokens_is_read_first(run: Run, home: Path) -> None:
    code, out, err = run("serve", "--port", "0", "--token-file", str(home / "nothing"))
    assert (code, out) == (2, "")
    assert "nothing cannot be read" in err
