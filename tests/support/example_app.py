"""The example app, as `make synth` synthesizes it."""

from __future__ import annotations

import os
import runpy

import aws_cdk as cdk

from tests.support.synth import RECOMMENDED, ROOT, new_app


def example(tier: str) -> cdk.App:
    """Return the app of `examples/app.py`, not yet synthesized."""
    app = new_app(RECOMMENDED, tier=tier)
    runpy.run_path(os.fspath(ROOT / "examples" / "app.py"))["orders"](app)
    return app
