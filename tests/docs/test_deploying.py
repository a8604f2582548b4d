"""The examples of a service and of proxies fit each other, and the commands in them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from search.cli import news
from tests.pages import DOCS

SERVING = DOCS / "examples" / "serving"
UNIT = (SERVING / "news.service").read_text()
PROXIES = [SERVING / "Caddyfile", SERVING / "nginx.conf"]


def test_the_unit_starts_a_command_with_options_that_it_has() -> None:
    (line,) = re.findall(r"^ExecStart=(.*(?:\\\n.*)*)", UNIT, re.MULTILINE)
    program, name, *words = line.replace("\\\n", " ").split()
    assert program.endswith("/news")
    known = {option for parameter in news.commands[name].params for option in parameter.opts}
    given = {word for word in words if word.startswith("--")}
    assert given
    assert given <= known


@pytest.mark.parametrize("path", PROXIES, ids=lambda path: path.name)
def test_a_proxy_passes_requests_to_the_port_and_under_the_name_of_the_unit(path: Path) -> None:
    proxy = path.read_text()
    (port,) = (each.default for each in news.commands["serve"].params if each.name == "port")
    assert f"127.0.0.1:{port}" in proxy
    (name,) = re.findall(r"--host-name (\S+)", UNIT)
    assert name in proxy


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    unit = tmp_path / "news.service"
    unit.write_text(UNIT.replace("/opt/news/bin/news", "/bin/true").replace("User=news\n", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    own = [line for line in done.stderr.splitlines() if "news.service" in line]
    assert (done.returncode, own) == (0, [])
