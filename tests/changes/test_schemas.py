"""The resource schemas: what they say, and what happens without them."""

from __future__ import annotations

import sys

import pytest

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from secure_constructs.changes import Effect, compare, schemas
from secure_constructs.changes.schemas import Schema, schema_of
from secure_constructs.changes.stateful import HELD, held_by
from tests.support.changes import changed, resource, template

REGION = "us-east-1"
QUEUES = (
    template(A=resource("AWS::SQS::Queue")),
    template(A=resource("AWS::SQS::Queue", DelaySeconds=1)),
)


@pytest.fixture
def _forgotten():
    """Let schemas be read anew, now and afterwards."""
    schemas.published.cache_clear()
    yield
    schemas.published.cache_clear()


class TestSchema:
    def test_all_of_them_can_be_read(self):
        """Each path that a schema names is one that the schema knows."""
        types = PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION)
        found = {each: schema_of(each, REGION) for each in types}

        assert [] == [
            (name, path)
            for name, schema in found.items()
            if schema is not None
            for path in (*schema.create_only, *schema.conditional)
            if path[1] not in schema.properties
        ]

    def test_alternatives(self):
        """What one of several forms says is said."""
        schema = Schema(
            {
                "properties": {"A": {"anyOf": [{"$ref": "#/definitions/B"}, {}]}},
                "definitions": {
                    "B": {
                        "type": "object",
                        "properties": {
                            "C": {
                                "items": {"properties": {"D": {"default": 1}}},
                                "insertionOrder": False,
                            }
                        },
                    }
                },
            }
        )

        assert schema.is_unordered(("Properties", "A", "C"))
        assert not schema.is_unordered(("Properties", "A"))
        assert 1 == schema.default(("Properties", "A", "C", 0, "D"))
        assert schema.default(("Properties", "A", "X", "D")) is None

    @pytest.mark.parametrize("type_", ["AWS::RDS::DBCluster", "AWS::RDS::DBInstance"])
    def test_a_default_that_only_the_description_says(self, type_):
        """Automated backups go with the database, unless a template says otherwise."""
        (change,) = changed(type_, {}, {"DeleteAutomatedBackups": True})

        assert Effect.HARMLESS == change.effect
        assert "it is the default, written out or left out" == change.why


class TestStateful:
    def test_the_list_has_only_types_that_exist(self):
        """A type that is spelled wrongly would never be found."""
        types = set(PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION))

        assert {
            "Custom::AWSCDK-EKS-Cluster",
            "Custom::AWSCDK-EKS-HelmChart",
            "Custom::AWSCDK-EKS-KubernetesResource",
            "Custom::DynamoDBReplica",
            "Custom::LogRetention",
        } == HELD.keys() - types

    @pytest.mark.parametrize("type_", ["AWS::DSQL::Cluster", "AWS::QLDB::Ledger"])
    def test_says_what_is_lost(self, type_):
        """Each type has words of its own."""
        assert HELD[type_] == held_by(type_, schema_of(type_, REGION))

    @pytest.mark.parametrize(
        "type_",
        [
            "AWS::Lambda::Function",
            "AWS::AutoScaling::AutoScalingGroup",
            "Custom::AWS",
            "Custom::AWSCDK-EKS-FargateProfile",
            "Custom::AWSCDK-EKS-KubernetesObjectValue",
            "Custom::AWSCDK-EKS-KubernetesPatch",
            "Custom::AWSCDKCfnJsonStringify",
            "Custom::CloudwatchLogResourcePolicy",
            "Custom::CrossAccountZoneDelegation",
            "Custom::DeleteExistingRecordSet",
            "Custom::DescribeCognitoUserPoolClient",
            "Custom::ElasticsearchAccessPolicy",
            "Custom::GluePartitionIndex",
            "Custom::OpenSearchAccessPolicy",
            "Custom::SyntheticsAutoDeleteUnderlyingResources",
            "Custom::Trigger",
        ],
    )
    def test_says_that_nothing_is(self, type_):
        """Most types hold nothing."""
        assert not held_by(type_, schema_of(type_, REGION))


class TestMissing:
    @pytest.mark.usefixtures("_forgotten")
    def test_the_extra(self, monkeypatch):
        """Without cfn-lint the error says what to install."""
        monkeypatch.setitem(sys.modules, "cfnlint.helpers", None)

        with pytest.raises(ImportError, match=r"'secure-constructs\[testing\]' or"):
            compare(*QUEUES)

    @pytest.mark.usefixtures("_forgotten")
    def test_not_where_nothing_changes(self, monkeypatch):
        """Equal templates need no schema."""
        monkeypatch.setitem(sys.modules, "cfnlint.helpers", None)

        assert [] == compare(QUEUES[0], QUEUES[0])

    def test_a_region(self):
        """A region without schemas is an error, and no silence."""
        with pytest.raises(ValueError, match="region='mars' is no region that has"):
            compare(*QUEUES, region="mars")

    def test_another_region(self):
        """The schemas of each region are known."""
        (change,) = compare(*QUEUES, region="eu-west-1")

        assert "DelaySeconds" == change.where
