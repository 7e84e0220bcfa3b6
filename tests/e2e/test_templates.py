"""What is looked at before anything is deployed, since an emulator takes too much."""

from __future__ import annotations

import pytest

from tests.e2e.support import releases

_STACKS = ("OrdersShared", "Orders")


@pytest.fixture(scope="module")
def now() -> releases.Release:
    """The example of today."""
    return releases.current(releases.STAGE, "production")


@pytest.mark.parametrize("stack", _STACKS)
@pytest.mark.parametrize("name", ["now", "next", "before"])
def test_cloudformation_knows_all_of_it(now, name, stack):
    """No template has a type, a property or a value that AWS's schemas do not have."""
    release = {
        "now": lambda: now,
        "next": lambda: releases.changed(now),
        "before": lambda: releases.before(now),
    }[name]()

    assert [] == releases.schema_errors(release.templates[stack])


def test_what_nobody_knows_is_found():
    """The schemas do look into properties."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"Nonsense": 1}}

    assert releases.schema_errors({"Resources": {"Bucket": bucket}})
