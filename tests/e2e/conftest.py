"""
Deploys the example, once for all tests, and takes it away after them.

Without further words that is to an emulator on this machine. `E2E_ENDPOINT_URL` names
another endpoint that speaks as AWS does, or is `aws` for AWS itself; region and
credentials come from the environment then, and the names of all stacks begin with
something of this run.
"""

from __future__ import annotations

import os
import secrets

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support import cli, emulator
from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.shop import Shop
from tests.e2e.support.stacks import Product

_STACKS = ("OrdersShared", "Orders", "OrdersPipeline")


def pytest_terminal_summary(terminalreporter) -> None:
    """Say where all of it was, and how much of it was left out."""
    left_out = len(terminalreporter.stats.get("skipped", []))
    where = os.environ.get("E2E_ENDPOINT_URL", "the emulator")
    terminalreporter.write_line(f"e2e: at {where}, {left_out} tests left out")


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of this run."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory) -> Iterator[Endpoint]:
    """Where the example is deployed, as somebody who may do everything."""
    url = os.environ.get("E2E_ENDPOINT_URL")
    if url:
        yield Endpoint(
            region=os.environ["AWS_REGION"],
            url=None if url == "aws" else url,
            plain_url=None if url == "aws" else url.replace("https:", "http:"),
            prefix=f"E2e{secrets.token_hex(3)}",
        )
        return
    emulator.require()
    # No proxy reaches what is on loopback.
    os.environ |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    running = emulator.Emulator(tmp_path_factory.mktemp("emulator"))
    try:
        yield running.administrator()
    finally:
        running.stop()


@pytest.fixture(scope="session")
def emulated(endpoint) -> None:
    """Skip the test where there is no emulator."""
    if endpoint.prefix:
        pytest.skip("this is about the emulator")


@pytest.fixture(scope="session")
def bootstrapped(endpoint: Endpoint, directory: Path) -> Endpoint:
    """The same place, after `cdk bootstrap`; another endpoint is taken as it is."""
    if not endpoint.prefix:
        cli.bootstrap(endpoint, directory)
    return endpoint


@pytest.fixture(scope="session")
def production(bootstrapped, directory) -> Iterator[Product]:
    """The example, as `cdk deploy --all` deploys it."""
    prefix = bootstrapped.prefix
    names = {each: f"{prefix}-{each}" if prefix else each for each in _STACKS}
    app = ["--app", "python -m tests.e2e.support.prefixed", "-c", f"stage={prefix}"]
    cli.deploy(bootstrapped, directory / "production", *(app if prefix else []))
    product = Product(bootstrapped, names)
    yield product
    if prefix:
        for each in reversed(_STACKS):
            product.destroy(each)


@pytest.fixture(scope="session")
def shop(production) -> Shop:
    """The shop, as those use it who know its production stacks."""
    return Shop(production)
