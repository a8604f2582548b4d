"""The address of a client, and its scheme, that a proxy has passed on."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers

from search.errors import InvalidRequest

Network = IPv4Network | IPv6Network


def networks_of(written: Iterable[str]) -> tuple[Network, ...]:
    """The addresses and networks of proxies; raises `InvalidRequest`."""
    try:
        return tuple(ip_network(each) for each in written)
    except ValueError as error:
        raise InvalidRequest(f"--proxy-from takes an address or a network: {error}") from error


def client_address(peer: str, headers: Headers, proxies: tuple[Network, ...]) -> str:
    """The address of the client of a request that `peer` has sent.

    A proxy adds the address of its own client at the end of `X-Forwarded-For`, so the list is read from its
    end, for as long as proxies have sent it. All before is what a client has written and is not believed.
    """
    address = peer
    forwarded = ",".join(headers.getlist("x-forwarded-for")).split(",") if proxies else []
    for before in reversed(forwarded):
        if not _is_in(address, proxies) or not _is_address(before.strip()):
            break
        address = before.strip()
    return address


def client_scheme(peer: str, headers: Headers, proxies: tuple[Network, ...]) -> str | None:
    """The scheme by which the proxy `peer` was asked; None if it does not say, or is not a proxy."""
    forwarded = headers.get("x-forwarded-proto", "").strip().lower()
    return forwarded if forwarded in ("http", "https") and _is_in(peer, proxies) else None


def _is_address(written: str) -> bool:
    try:
        ip_address(written)
    except ValueError:
        return False
    return True


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    return _is_address(address) and any(ip_address(address) in network for network in networks)
