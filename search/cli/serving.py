"""The commands `serve` and `mcp`: the archive over HTTP, and for agents."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from search.cli.options import (
    archive_option,
    is_quiet,
    open_existing,
    print_error,
    quiet_option,
    resolve,
    timeout_option,
    tz_option,
    warn,
)

MAX_WORKERS = 64


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="The address to listen on. Any but one of this machine needs --token-file.",
)
@click.option(
    "--port",
    "-p",
    type=click.IntRange(0, 65_535),
    default=8707,
    show_default=True,
    help="The port; 0 is any free one.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MAX_WORKERS),
    default=lambda: min(os.cpu_count() or 1, 4),
    help="The number of processes that evaluate.  [default: one a core, at most 4]",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 3_600, min_open=True),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Answer each question within this time, waiting included.",
)
@click.option(
    "--host-name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Also answer requests for this host, such as the name that a proxy has. Repeatable.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask each request for a token; FILE has the SHA-256 of each, one a line.",
)
@click.option(
    "--proxy-from",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Believe a proxy at this address or network about the addresses of its clients. Repeatable.",
)
@click.option(
    "--cors-origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this site, such as https://archive.example, read answers. Repeatable.",
)
@click.option(
    "--root-path",
    "path",
    default="",
    metavar="PATH",
    help="Serve under this path, such as /news, behind a proxy that has other pages, too.",
)
@click.option("--log-queries", is_flag=True, help="Print queries and the addresses of clients, too.")
@tz_option
@archive_option
@quiet_option()
def serve(
    host: str,
    port: int,
    workers: int,
    timeout: float,
    names: tuple[str, ...],
    token_file: Path | None,
    proxies: tuple[str, ...],
    origins: tuple[str, ...],
    path: str,
    log_queries: bool,
    tz: str | None,
    archive: str | None,
) -> None:
    """Answer questions over HTTP, until Ctrl-C.

    Open the address in a browser to search, read and compare. For programs the addresses are under /api/v1,
    and /api/v1/openapi.json describes them; answers have the JSON of the other commands. The archive is only
    read; what another process adds to it is found at once.

    Each request is printed on standard error as a line; its query and its sender are left out unless
    --log-queries. Once it serves, the exit code is 0 after Ctrl-C, SIGTERM or SIGHUP.
    Needs: pip install 'news-search[web]'

    \b
      news serve
      news serve --port 0 --workers 2
      curl 'http://127.0.0.1:8707/api/v1/search?q=harbour+strike&facet=date:month'
    """
    from search.errors import InvalidRequest

    try:
        from search.web.app import make_app
        from search.web.clients import networks_of
        from search.web.cors import origins_of
        from search.web.rooted import root_of
        from search.web.security import Guard, hosts_of, is_loopback
        from search.web.server import address_of, is_known, listen, run
        from search.web.tokens import read_tokens
    except ImportError as error:
        raise InvalidRequest("serving needs more packages: pip install 'news-search[web]'") from error
    from search.serving import Front

    if token_file is None and not is_loopback(host) and is_known(host):
        raise InvalidRequest(
            f"{host} can be reached from other machines: give --token-file, or let it be 127.0.0.1"
        )
    root, settings = root_of(path), resolve(archive, tz)
    tokens = frozenset() if token_file is None else read_tokens(token_file)
    guard = Guard(hosts_of(host, names), tokens, origins_of(origins), networks_of(proxies))
    log = (lambda _line: None) if is_quiet() else print_error
    front = Front(str(settings.archive), zone=str(settings.zone), workers=workers, seconds=timeout)
    with listen(host, port) as listening:
        address = address_of(listening) + (f"{root}/" if root else "")
        run(
            front,
            lambda started: make_app(started, guard, log, log_queries=log_queries, root=root),
            listening,
            lambda: click.echo(f"serving {settings.archive} at {address}"),
        )


@click.command()
@timeout_option
@tz_option
@archive_option
@quiet_option()
def mcp(timeout: float, tz: str | None, archive: str | None) -> None:
    """Give agents tools to search the archive.

    For clients of the Model Context Protocol. A client, such as an assistant or an editor, starts this
    command and talks to it over standard input and output; docs/mcp.md says how to add it.
    The five tools search, read, count, relate and describe. They write nothing and fetch nothing. An answer
    has at most 40,000 characters, and the words of articles in it are marked as untrusted.

    It ends when standard input ends. Needs: pip install 'news-search[mcp]'

    \b
      news mcp --archive /path/to/index_data
    """
    from search.errors import InvalidRequest

    try:
        import asyncio

        from search.mcp.server import serve as serve_until_the_end
    except ImportError as error:
        raise InvalidRequest("tools for agents need more packages: pip install 'news-search[mcp]'") from error
    with open_existing(resolve(archive, tz)) as opened:
        if sys.stdin.isatty():
            warn("news mcp is started by a client of the Model Context Protocol; to end it: Ctrl-C")
        asyncio.run(serve_until_the_end(opened, timeout))
