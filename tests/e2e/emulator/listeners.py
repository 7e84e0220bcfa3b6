"""
Serves by TLS and by plain http, so that a policy can tell them apart.

ministack has one of them at a time, and listens on 443 as well when it is free.
"""

from __future__ import annotations

import os

import hypercorn.config

from ministack import app


class _BothConfig(hypercorn.config.Config):  # type: ignore[misc]
    """The settings of the server, with a second address for plain http."""

    def __init__(self) -> None:
        super().__init__()
        self.insecure_bind = [f"127.0.0.1:{os.environ['E2E_PLAIN_PORT']}"]


def _is_never_bindable(host: str, port: int) -> bool:  # noqa: ARG001 - as it is called
    return False


def serve_both() -> None:
    """Start the server, and return when it is told to stop."""
    hypercorn.config.Config = _BothConfig
    app._port_is_bindable = _is_never_bindable  # no setting says so
    app.main()
