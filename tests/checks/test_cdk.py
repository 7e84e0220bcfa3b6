"""Tests for `secure_constructs.checks.cdk`."""

from __future__ import annotations

import datetime as dt

from types import SimpleNamespace
from typing import Any

import pytest

from secure_constructs.checks import Rule, Template, cdk
from tests.support.unknowable import INTRINSICS, unknowable

NO_VALUE = {"Ref": "AWS::NoValue"}
TAGS = [{"Key": key, "Value": "a"} for key in ("Env", "Team", "Service")]
TODAY = dt.date(2030, 6, 15)


def problems(
    rule: Rule, resources: dict[str, Any], *, protected: bool | None = None
) -> dict[str, list[str]]:
    """Return where each of *resources* breaks *rule*, and by what, if it does."""
    template = Template({"Resources": resources}, protected=protected)
    breaches = {name: rule.breaches(each) for name, each in template.resources.items()}
    return {
        name: [f"{each.location}: {each.problem}" for each in found]
        for name, found in breaches.items()
        if found
    }


class TestTagged:
    def found(self, tags: object, type_: str = "AWS::S3::Bucket") -> list[str]:
        """Return what CDK-01 finds at a resource with those *tags*."""
        resources = {"Data": {"Type": type_, "Properties": {"Tags": tags}}}
        return problems(cdk.tagged, resources).get("Data", [])

    def test_with_all_three(self):
        """Environment, team and service are enough; more is fine."""
        assert [] == self.found([*TAGS, {"Key": "Owner", "Value": "a"}])

    @pytest.mark.parametrize("index", range(3))
    def test_not_with_two(self, index):
        """Each is needed, and the finding names the one that is missing."""
        tags = [*TAGS[:index], *TAGS[index + 1 :]]
        missing = TAGS[index]["Key"]

        assert [f"Properties.Tags: the tags {missing} are missing"] == self.found(tags)

    @pytest.mark.parametrize("tags", [None, [], NO_VALUE, [NO_VALUE]], ids=str)
    def test_not_without_any(self, tags):
        """All that are missing are named in one finding."""
        expected = "Properties.Tags: the tags Env, Team, Service are missing"

        assert [expected] == self.found(tags)

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Neither unknown tags nor an unknown one of them is a breach."""
        assert [] == self.found(unknown) + self.found([unknown])

    @unknowable
    def test_perhaps_by_an_unknown_key(self, unknown):
        """A key that the deployment decides about may be the one that is missing."""
        assert [] == self.found([*TAGS[:2], {"Key": unknown, "Value": "a"}])

    @pytest.mark.parametrize(
        "type_",
        [
            "AWS::DynamoDB::Table",
            "AWS::Events::EventBus",
            "AWS::IAM::OIDCProvider",
            "AWS::IAM::Role",
            "AWS::KMS::Key",
            "AWS::Lambda::Function",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
        ],
    )
    def test_whatever_the_library_makes(self, type_):
        """Each type that the library makes is to be tagged."""
        assert ([], 1) == (self.found(TAGS, type_), len(self.found(None, type_)))

    def test_not_what_cannot_be_tagged(self):
        """A type that is not listed may have no tags at all."""
        assert [] == self.found(None, "AWS::S3::BucketPolicy")


class TestTaggedReplicas:
    """A global table keeps its tags at its replicas."""

    def found(self, replicas: object) -> list[str]:
        """Return what CDK-01 finds at a global table with those *replicas*."""
        properties = {"Replicas": replicas, "Tags": TAGS}
        body = {"Type": "AWS::DynamoDB::GlobalTable", "Properties": properties}
        return problems(cdk.tagged, {"Data": body}).get("Data", [])

    def test_at_the_replica(self):
        """The tags are read where they are."""
        assert [] == self.found([{"Region": "eu-west-1", "Tags": TAGS}])

    @pytest.mark.parametrize("replicas", [[{"Region": "eu-west-1"}], []], ids=str)
    def test_not_elsewhere(self, replicas):
        """The finding says where they are missing."""
        (found,) = self.found(replicas)

        assert found.startswith("Properties.Replicas.0.Tags: ")

    @unknowable
    def test_perhaps_by_the_deployment(self, unknown):
        """Replicas that the deployment decides about are no breach."""
        for replicas in (unknown, [unknown], [{"Tags": unknown}]):
            assert [] == self.found(replicas)


class TestDataKept:
    POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")

    def found(self, type_: Any = "AWS::RDS::DBInstance", **body: Any) -> list[str]:
        """Return what CDK-02 finds at a store that is kept but for *body*."""
        store = {"Type": type_, **dict.fromkeys(self.POLICIES, "Retain"), **body}
        return problems(cdk.data_kept, {"Data": store}).get("Data", [])

    @pytest.mark.parametrize("kept", ["Retain", "RetainExceptOnCreate", "Snapshot"])
    def test_by_keeping_it(self, kept):
        """The data stays, itself or as a snapshot."""
        assert [] == self.found(**dict.fromkeys(self.POLICIES, kept))

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("value", ["Delete", None])
    def test_not_otherwise(self, policy, value):
        """Each of the two policies is needed."""
        expected = f"{policy}: {policy} does not keep the data"

        assert [expected] == self.found(**{policy: value})

    @pytest.mark.parametrize(
        "type_",
        [
            "AWS::Cognito::UserPool",
            "AWS::DocDB::DBCluster",
            "AWS::EFS::FileSystem",
            "AWS::Neptune::DBCluster",
            "AWS::OpenSearchService::Domain",
            "AWS::RDS::DBCluster",
            "AWS::RDS::DBInstance",
            "AWS::Redshift::Cluster",
        ],
    )
    def test_of_every_store(self, type_):
        """Each type that holds data, and has no rule of its own, is to be kept."""
        assert 1 == len(self.found(type_, DeletionPolicy="Delete"))

    @pytest.mark.parametrize("type_", ["AWS::S3::Bucket", "AWS::SQS::Queue"])
    def test_of_nothing_else(self, type_):
        """Buckets have a rule of their own, and other things hold nothing."""
        assert [] == self.found(type_, DeletionPolicy="Delete")

    def test_of_no_instance_of_a_cluster(self):
        """The data of a cluster's instances is the cluster's."""
        properties = {"DBClusterIdentifier": {"Ref": "Cluster"}}

        assert [] == self.found(DeletionPolicy="Delete", Properties=properties)

    @pytest.mark.parametrize("policy", POLICIES)
    def test_perhaps_by_the_deployment(self, policy):
        """With AWS::LanguageExtensions a policy may be an intrinsic."""
        assert [] == self.found(**{policy: INTRINSICS["if"]})


class TestWeakeningsArgued:
    AT = "Metadata.SecureConstructs.Waivers.S3-04"

    @pytest.fixture(autouse=True)
    def _today(self, monkeypatch):
        class Clock(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Clock:
                return cls(TODAY.year, TODAY.month, TODAY.day, tzinfo=tz)

        stopped = SimpleNamespace(datetime=Clock, date=dt.date, timezone=dt.timezone)
        monkeypatch.setattr(cdk, "dt", stopped)

    def found(self, *waivers: object, type_: str = "AWS::S3::Bucket") -> list[str]:
        """Return what CDK-06 finds at a resource with those *waivers*."""
        given = dict(zip(("S3-04", "S3-06"), waivers, strict=False))
        metadata = {"SecureConstructs": {"Waivers": given}}
        body = {"Type": type_, "Metadata": metadata}
        return problems(cdk.weakenings_argued, {"Data": body}).get("Data", [])

    @pytest.mark.parametrize(
        "until", [{}, {"Until": "2030-06-15"}, {"Until": "2030-06-16"}], ids=str
    )
    def test_by_a_reason(self, until):
        """A waiver with a reason holds, for good or to the end of its last day."""
        assert [] == self.found({"Reason": "rebuilt every night", **until})

    def test_not_after_its_last_day(self):
        """A waiver that has ended is a breach."""
        waiver = {"Reason": "rebuilt every night", "Until": "2030-06-14"}
        expected = f"{self.AT}: the waiver of S3-04 ended on 2030-06-14"

        assert [expected] == self.found(waiver)

    @pytest.mark.parametrize("waiver", [{}, {"Reason": ""}, {"Reason": None}], ids=str)
    def test_not_without_a_reason(self, waiver):
        """A waiver that nobody argued for is a breach."""
        expected = f"{self.AT}: the waiver of S3-04 has no reason"

        assert [expected] == self.found(waiver)

    def test_of_each_promise(self):
        """Each waiver is looked at, and may break both ways."""
        assert 3 == len(self.found({"Until": "2030-06-14"}, {}))

    def test_not_until_a_day_that_is_none(self):
        """An end that is no date is a breach, not an error."""
        waiver = {"Reason": "rebuilt every night", "Until": "summer"}
        expected = f"{self.AT}: the waiver of S3-04 ends on no day: summer"

        assert [expected] == self.found(waiver)

    def test_of_any_resource(self):
        """Whatever a construct makes may have waivers."""
        assert 1 == len(self.found({}, type_="AWS::SQS::Queue"))

    @pytest.mark.parametrize(
        "metadata", [None, {}, {"SecureConstructs": {"Waivers": None}}], ids=str
    )
    def test_of_nothing(self, metadata):
        """A resource without waivers breaks nothing."""
        body = {"Type": "AWS::S3::Bucket", "Metadata": metadata}

        assert {} == problems(cdk.weakenings_argued, {"Data": body})


class TestProtected:
    def store(self, tier: str = "production", type_: str = "AWS::S3::Bucket") -> Any:
        """Return a resource recorded as of that *tier*."""
        return {"Type": type_, "Metadata": {"SecureConstructs": {"Tier": tier}}}

    def found(self, *tiers: str, protected: bool | None = False) -> list[str]:
        """Return the indexes of stores in *tiers* where CDK-07 finds something."""
        resources = {str(at): self.store(tier) for at, tier in enumerate(tiers)}
        return list(problems(cdk.protected, resources, protected=protected))

    def test_not_without_protection(self):
        """A stack that is known not to be protected is a breach."""
        found = problems(cdk.protected, {"Data": self.store()}, protected=False)

        assert {
            "Data": ["Properties: its stack has no termination protection"]
        } == found

    @pytest.mark.parametrize("protected", [True, None])
    def test_by_protection(self, protected):
        """A stack that is protected, or may be, is fine."""
        assert [] == self.found("production", protected=protected)

    def test_said_once(self):
        """The first of several stores stands for the stack."""
        assert ["0"] == self.found("production", "production")

    def test_not_needed_in_development(self):
        """What is recorded as development may go with its stack."""
        assert [] == self.found("development", "development")

    def test_said_at_the_first_that_is_to_be_kept(self):
        """A development store in front does not hide the one behind."""
        assert ["1"] == self.found("development", "production", "production")

    def test_needed_for_stores_of_others(self):
        """What has no record is to be kept."""
        store = {"Data": {"Type": "AWS::S3::Bucket"}}

        assert ["Data"] == list(problems(cdk.protected, store, protected=False))

    @pytest.mark.parametrize(
        "type_",
        [
            "AWS::Cognito::UserPool",
            "AWS::DocDB::DBCluster",
            "AWS::DynamoDB::GlobalTable",
            "AWS::DynamoDB::Table",
            "AWS::EFS::FileSystem",
            "AWS::KMS::Key",
            "AWS::Neptune::DBCluster",
            "AWS::OpenSearchService::Domain",
            "AWS::RDS::DBCluster",
            "AWS::RDS::DBInstance",
            "AWS::Redshift::Cluster",
        ],
    )
    def test_needed_for_every_store(self, type_):
        """Each type that holds data makes its stack worth protecting."""
        resources = {"Data": self.store(type_=type_)}

        assert ["Data"] == list(problems(cdk.protected, resources, protected=False))

    def test_not_needed_for_other_resources(self):
        """A stack that holds no data can be made again."""
        resources = {"Jobs": self.store(type_="AWS::SQS::Queue")}

        assert {} == problems(cdk.protected, resources, protected=False)
