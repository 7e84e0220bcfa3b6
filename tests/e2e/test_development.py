"""That stacks for development go without a trace."""

from __future__ import annotations

import pytest

from tests.e2e.support import releases
from tests.e2e.support.lives import KEPT, Remains, deploy, destroy, filled
from tests.e2e.support.stacks import Product


@pytest.fixture(scope="module")
def remains(bootstrapped) -> Remains:
    """What is left of development stacks that were used, and deleted then."""
    release = releases.current("Development", "development")
    release = release.named(bootstrapped.prefix)
    product = Product(bootstrapped, release.stacks)
    deploy(product, release)
    filled(product)
    return destroy(product)


def test_nothing_is_left(remains):
    """Buckets are emptied, and nothing that can be looked for has stayed."""
    assert {} == remains.left


def test_it_was_all_there(remains):
    """What production keeps was made here, too."""
    assert remains.made.keys() >= KEPT
