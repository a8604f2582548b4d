"""Who asks a cluster, and whose certificates are trusted: by variables of the environment only."""

from __future__ import annotations

import base64
import os
import ssl

from search.errors import InvalidRequest

USER, PASSWORD, CA = "NEWS_OPENSEARCH_USER", "NEWS_OPENSEARCH_PASSWORD", "NEWS_OPENSEARCH_CA"
"""Variables of the environment; the last is a file of certificates to trust instead of the system's."""


def authorization() -> dict[str, str]:
    """The header of Basic authentication in UTF-8, as the server reads it; the client writes Latin-1."""
    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    if not user:
        return {}
    return {"authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def trusted() -> ssl.SSLContext:
    """The authorities that certificates are verified by; raises `InvalidRequest` for a file with none."""
    path = os.environ.get(CA) or None
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise InvalidRequest(f"{CA} names no file of certificates: {path} ({error.strerror})") from error
