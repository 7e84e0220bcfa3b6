"""Resources that leave the template, or come back under another id."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Change, Effect, compare, needs_attention
from tests.support.changes import resource, template

QUEUE = {"Type": "AWS::SQS::Queue"}
STATEFUL = [
    "AWS::APS::Workspace",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupSelection",
    "AWS::DLM::LifecyclePolicy",
    "AWS::DataZone::Domain",
    "AWS::EC2::KeyPair",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Grafana::Workspace",
    "AWS::IAM::AccessKey",
    "AWS::Lambda::Url",
    "AWS::MWAA::Environment",
    "AWS::Rekognition::Collection",
    "AWS::Wisdom::KnowledgeBase",
    "Custom::AWSCDK-EKS-Cluster",
    "Custom::AWSCDK-EKS-HelmChart",
    "Custom::AWSCDK-EKS-KubernetesResource",
    "Custom::DynamoDBReplica",
    "AWS::CertificateManager::Certificate",
    "AWS::CloudFormation::Stack",
    "AWS::CloudTrail::EventDataStore",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::DocDB::DBCluster",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Volume",
    "AWS::ECR::Repository",
    "AWS::EFS::FileSystem",
    "AWS::Events::Archive",
    "AWS::FSx::FileSystem",
    "AWS::Glue::Database",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Logs::LogGroup",
    "AWS::MSK::Cluster",
    "AWS::MemoryDB::Cluster",
    "AWS::Neptune::DBCluster",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchService::Domain",
    "AWS::QLDB::Ledger",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::Route53::HostedZone",
    "AWS::S3::Bucket",
    "AWS::S3Tables::TableBucket",
    "AWS::S3Vectors::VectorBucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::Timestream::Table",
]


def removed(**body: object) -> Change:
    """Return what is said of a resource that leaves."""
    (change,) = compare(template(Orders=body), template())
    return change


class TestRemoved:
    @pytest.mark.parametrize("type_", STATEFUL)
    def test_what_holds_data_fails(self, type_):
        """Each type that holds something is missed."""
        change = removed(Type=type_, DeletionPolicy="Delete")

        assert change.fails
        assert "Orders" == change.place
        assert "it is deleted, and with it " in change.why
        assert "first deploy DeletionPolicy: Retain" in change.way_out

    @pytest.mark.parametrize(
        "type_",
        [
            "AWS::IAM::Role",
            "AWS::Lambda::Function",
            "AWS::Lambda::Permission",
            "AWS::CloudWatch::Alarm",
            "AWS::AutoScaling::AutoScalingGroup",
            "Custom::S3AutoDeleteObjects",
        ],
    )
    def test_what_holds_nothing_does_not(self, type_):
        """It is said, without a way out."""
        change = removed(Type=type_)

        assert Effect.REPLACED == change.effect
        assert not change.fails
        assert "it is deleted" == change.why
        assert not change.way_out

    def test_a_reader_of_a_cluster(self):
        """The rows are in the cluster, and stay there."""
        reader = {"DBClusterIdentifier": {"Ref": "Cluster"}}
        change = removed(Type="AWS::RDS::DBInstance", Properties=reader)

        assert change.fails
        assert "and with it an instance of the cluster, and its endpoint" in change.why

    def test_a_type_is_known_by_its_properties(self):
        """What its schema lets be protected holds something worth that."""
        change = removed(Type="AWS::DocDB::GlobalCluster")

        assert change.fails
        assert "what its schema lets be protected or restored" in change.why

    @pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate"])
    def test_an_orphan(self, policy):
        """What is kept is out of reach of every template."""
        change = removed(Type="AWS::S3::Bucket", DeletionPolicy=policy)

        assert change.fails
        assert "it leaves the stack as an orphan" in change.why
        assert "only an import (cdk import)" in change.way_out

    @pytest.mark.parametrize(
        ("type_", "properties", "is_kept"),
        [
            ("AWS::RDS::DBCluster", {}, True),
            ("AWS::RDS::DBInstance", {}, True),
            ("AWS::RDS::DBInstance", {"DBClusterIdentifier": "orders"}, False),
            ("AWS::DocDB::DBCluster", {}, False),
        ],
    )
    def test_snapshots_by_default(self, type_, properties, is_kept):
        """Databases of RDS are the only ones of which a snapshot is left."""
        change = removed(Type=type_, Properties=properties)

        assert is_kept == ("after a snapshot of it is taken" in change.why)
        assert change.fails

    def test_by_a_policy_that_is_not_known(self):
        """A policy that only the deployment knows may delete."""
        change = removed(Type="AWS::S3::Bucket", DeletionPolicy={"Ref": "Policy"})

        assert "it may be deleted, and with it its objects" in change.why

    def test_says_the_construct(self):
        """The path of the construct is in the metadata, where CDK wrote it."""
        change = removed(**QUEUE, Metadata={"aws:cdk:path": "Shop/Orders/Resource"})

        assert "Shop/Orders/Resource" == change.construct


class TestRenamed:
    def test_with_the_same_properties(self):
        """The same thing under another id is a rename, and keeps nothing."""
        old = template(A=resource("AWS::S3::Bucket", BucketName="a"), B=QUEUE)
        new = template(A2=resource("AWS::S3::Bucket", BucketName="a"), B=QUEUE)

        (change,) = needs_attention(compare(old, new))

        assert "this is a rename: A became A2; it leaves the stack" in change.why
        assert 'override_logical_id("A")' in change.way_out

    def test_is_told_from_others_by_its_properties(self):
        """Of several that come, the equal one is it."""
        old = template(A=resource("AWS::S3::Bucket", BucketName="a"))
        new = template(
            B=resource("AWS::S3::Bucket", BucketName="b"),
            C=resource("AWS::S3::Bucket", BucketName="a"),
        )

        (change,) = needs_attention(compare(old, new))

        assert "A became C" in change.why

    def test_each_comes_from_one(self):
        """Two equal ones do not become the same."""
        old, new = template(A=QUEUE, B=QUEUE), template(C=QUEUE, D=QUEUE)

        found = [each.why.split(";")[0] for each in needs_attention(compare(old, new))]

        assert ["A became C", "B became D"] == [each.split(": ")[1] for each in found]

    def test_the_only_one_of_its_type(self):
        """One that goes and one that comes are taken for the same."""
        old = template(A=resource("AWS::S3::Bucket", BucketName="a"))
        new = template(B=resource("AWS::S3::Bucket", BucketName="b"))

        (change,) = needs_attention(compare(old, new))

        assert "this is a rename" in change.why

    def test_not_where_nothing_is_alike(self):
        """With several of a type and other properties, nothing is guessed."""
        old = template(A=resource("AWS::S3::Bucket", BucketName="a"))
        new = template(
            B=resource("AWS::S3::Bucket", BucketName="b"),
            C=resource("AWS::S3::Bucket", BucketName="c"),
        )

        (change,) = needs_attention(compare(old, new))

        assert "rename" not in change.why

    @pytest.mark.parametrize(
        "type_", ["AWS::Lambda::Version", "AWS::ApiGateway::Deployment"]
    )
    def test_what_is_made_anew_by_design(self, type_):
        """Versions have ids that change with what they hold."""
        body = {"Type": type_}
        found = compare(template(A=body), template(B=body))

        assert [Effect.ADDED, Effect.HARMLESS] == [each.effect for each in found]
        assert "by design" in found[1].why
