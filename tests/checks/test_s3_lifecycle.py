"""Tests for `secure_constructs.checks.s3`: the rule for lifecycles."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks import Template, s3
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
ABORT = {
    "Status": "Enabled",
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
EXPIRE = {"Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}


def problems(properties: Any) -> list[str]:
    """Return what S3-05 finds at a bucket with *properties*."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": properties}
    resource = Template({"Resources": {"Data": bucket}}).resources["Data"]
    found = s3.cleaned_up.breaches(resource)
    return [f"{each.location}: {each.problem}" for each in found]


class TestCleanedUp:
    UPLOADS = "Properties.LifecycleConfiguration: incomplete uploads are never aborted"
    VERSIONS = (
        "Properties.LifecycleConfiguration: noncurrent versions neither move nor expire"
    )

    def found(self, *rules: Any, versions: Any = "Enabled") -> list[str]:
        """Return what S3-05 finds with those lifecycle *rules*."""
        properties = {
            "VersioningConfiguration": {"Status": versions},
            "LifecycleConfiguration": {"Rules": list(rules)},
        }
        return problems(properties)

    @pytest.mark.parametrize(
        "action",
        [
            "NoncurrentVersionTransition",
            "NoncurrentVersionTransitions",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionExpirationInDays",
        ],
    )
    def test_by_any_action_on_old_versions(self, action):
        """Old versions move or expire, also in the spellings of before."""
        assert [] == self.found({**ABORT, action: 1})

    def test_by_several_rules(self):
        """Each part may be a rule of its own."""
        assert [] == self.found(ABORT, EXPIRE)

    def test_not_without_aborting_uploads(self):
        """Uploads must be aborted."""
        assert [self.UPLOADS] == self.found(EXPIRE)

    def test_not_where_old_versions_stay(self):
        """Versions must move or expire."""
        assert [self.VERSIONS] == self.found({**ABORT, "ExpirationInDays": 1})

    @pytest.mark.parametrize("versions", [None, "Suspended", INTRINSICS["if"]], ids=str)
    def test_without_versions(self, versions):
        """Where there are no versions for certain, none has to go."""
        assert [] == self.found(ABORT, versions=versions)

    @pytest.mark.parametrize(
        "limit",
        [
            {"Status": "Disabled"},
            {"Status": None},
            {"Prefix": "tmp/"},
            {"TagFilters": [{"Key": "a", "Value": "b"}]},
            {"ObjectSizeGreaterThan": "1024"},
            {"ObjectSizeLessThan": 1024},
        ],
        ids=str,
    )
    def test_not_by_a_rule_for_some(self, limit):
        """A rule that is off, or for some objects only, is not enough."""
        rule = {**ABORT, **EXPIRE, **limit}

        assert [self.UPLOADS, self.VERSIONS] == self.found(rule)

    @pytest.mark.parametrize(
        "limit", [{"Prefix": ""}, {"TagFilters": []}, {"Prefix": NO_VALUE}], ids=str
    )
    def test_by_a_rule_with_an_empty_limit(self, limit):
        """A limit that limits nothing is none."""
        assert [] == self.found({**ABORT, **EXPIRE, **limit})

    def test_not_by_an_action_that_is_taken_away(self):
        """`AWS::NoValue` is no action."""
        rule = {**EXPIRE, "AbortIncompleteMultipartUpload": NO_VALUE}

        assert [self.UPLOADS] == self.found(rule)

    @pytest.mark.parametrize(
        "configuration", [None, {}, {"Rules": []}, NO_VALUE], ids=str
    )
    def test_not_by_itself(self, configuration):
        """Without lifecycle rules everything stays."""
        properties = {"LifecycleConfiguration": configuration}

        assert [self.UPLOADS] == problems(properties)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Rules that the deployment decides about are no breach, not even one."""
        for configuration in (unknown, {"Rules": unknown}):
            properties = {"LifecycleConfiguration": configuration}
            assert [] == problems(properties)

    @unknowable
    def test_perhaps_by_one_rule(self, unknown):
        """One rule that the deployment decides about may do what is missing."""
        assert [] == self.found(unknown)

    @unknowable
    def test_perhaps_by_a_rule_that_may_be_on(self, unknown):
        """A rule that the deployment turns on or off is no breach."""
        assert [] == self.found({**ABORT, **EXPIRE, "Status": unknown})
