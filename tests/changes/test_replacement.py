"""What CloudFormation makes anew, and what it refuses."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Effect, compare, needs_attention, written
from tests.support.changes import changed, resource, template

HASH = {"AttributeName": "PK", "KeyType": "HASH"}
RANGE = {"AttributeName": "SK", "KeyType": "RANGE"}
VOLUME = {"Size": 8, "AvailabilityZone": "eu-west-1a"}


class TestCreateOnly:
    """A property that cannot change makes a new resource, without what was in it."""

    @pytest.mark.parametrize(
        ("type_", "old", "new", "where"),
        [
            (
                "AWS::DynamoDB::Table",
                {"TableName": "a"},
                {"TableName": "b"},
                "TableName",
            ),
            ("AWS::DynamoDB::Table", {}, {"TableName": "a"}, "TableName"),
            ("AWS::DynamoDB::Table", {"TableName": "a"}, {}, "TableName"),
            ("AWS::S3::Bucket", {"BucketName": "a"}, {"BucketName": "b"}, "BucketName"),
            ("AWS::SQS::Queue", {}, {"FifoQueue": True}, "FifoQueue"),
            ("AWS::SQS::Queue", {"QueueName": "a"}, {"QueueName": "b"}, "QueueName"),
            ("AWS::RDS::DBCluster", {}, {"StorageEncrypted": True}, "StorageEncrypted"),
            (
                "AWS::RDS::DBInstance",
                {"DBSubnetGroupName": "a"},
                {"DBSubnetGroupName": "b"},
                "DBSubnetGroupName",
            ),
            ("AWS::EFS::FileSystem", {}, {"Encrypted": True}, "Encrypted"),
            # AWS, "Update behaviors of stack resources": also where the real value
            # stays, a property that comes or goes makes a new resource.
            ("AWS::EFS::FileSystem", {}, {"Encrypted": False}, "Encrypted"),
            (
                "AWS::RDS::DBCluster",
                {"StorageEncrypted": False},
                {},
                "StorageEncrypted",
            ),
            (
                "AWS::Cognito::UserPoolClient",
                {},
                {"GenerateSecret": False},
                "GenerateSecret",
            ),
            (
                "AWS::EFS::FileSystem",
                {"PerformanceMode": "generalPurpose"},
                {"PerformanceMode": "maxIO"},
                "PerformanceMode",
            ),
            ("AWS::Kinesis::Stream", {"Name": "a"}, {"Name": "b"}, "Name"),
            ("AWS::Logs::LogGroup", {"LogGroupName": "a"}, {}, "LogGroupName"),
            (
                "AWS::OpenSearchService::Domain",
                {"DomainName": "a"},
                {"DomainName": "b"},
                "DomainName",
            ),
            ("AWS::SecretsManager::Secret", {"Name": "a"}, {"Name": "b"}, "Name"),
            (
                "AWS::Backup::BackupVault",
                {"BackupVaultName": "a"},
                {"BackupVaultName": "b"},
                "BackupVaultName",
            ),
        ],
    )
    def test_names_what_is_replaced(self, type_, old, new, where):
        """The message has the resource, the property, both values and a way out."""
        (change,) = needs_attention(changed(type_, old, new))

        assert Effect.REPLACED == change.effect
        assert f"Orders.{where}" == change.place
        assert (old.get(where), new.get(where)) == (change.old, change.new)
        assert "cannot change in place" in change.why
        assert "keep the value that it has; or make a second" in change.way_out

    def test_inside_an_object(self):
        """The path of a nested property is the one that the schema names."""
        (change,) = needs_attention(
            changed(
                "AWS::ECR::Repository",
                {},
                {"EncryptionConfiguration": {"EncryptionType": "KMS"}},
            )
        )

        assert "Orders.EncryptionConfiguration.EncryptionType" == change.place

    def test_inside_each_element_of_a_list(self):
        """A star in the schema stands for each element."""
        peer = "AWS::EC2::TransitGatewayConnectPeer"
        old, new = (
            {"ConnectPeerConfiguration": {"BgpConfigurations": [{}, {"PeerAsn": asn}]}}
            for asn in (1, 2)
        )

        found = [each.where for each in changed(peer, old, new)]

        assert ["ConnectPeerConfiguration.BgpConfigurations.1.PeerAsn"] == found

    def test_a_list_that_only_the_deployment_knows(self):
        """What a function makes of a list may be anything."""
        peer = "AWS::EC2::TransitGatewayConnectPeer"
        old, new = (
            {"ConnectPeerConfiguration": {"BgpConfigurations": {"Ref": name}}}
            for name in ("A", "B")
        )

        (change,) = changed(peer, old, new)

        assert Effect.REPLACED == change.effect
        assert "ConnectPeerConfiguration.BgpConfigurations" == change.where

    def test_inside_what_only_the_deployment_knows(self):
        """Where a function stands around the property, it is what is named."""
        old, new = ({"EncryptionConfiguration": {"Ref": name}} for name in ("A", "B"))

        changes = changed("AWS::ECR::Repository", old, new)

        assert {"EncryptionConfiguration"} == {each.where for each in changes}
        assert changes[0].fails

    def test_conditionally(self):
        """What the schema calls conditional may replace it."""
        (change,) = needs_attention(
            changed(
                "AWS::DynamoDB::Table", {"KeySchema": [HASH]}, {"KeySchema": [RANGE]}
            )
        )

        assert "KeySchema" == change.where
        assert "the resource may be replaced: some changes" in change.why

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            ("AWS::RDS::DBInstance", {"MultiAZ": False}, {"MultiAZ": True}),
            (
                "AWS::Neptune::DBInstance",
                {"AutoMinorVersionUpgrade": False},
                {"AutoMinorVersionUpgrade": True},
            ),
        ],
    )
    def test_an_interruption_is_no_replacement(self, type_, old, new):
        """Some of what the schemas call conditional only interrupts."""
        (change,) = changed(type_, old, new)

        assert Effect.BEHAVIOUR == change.effect

    def test_by_a_tag(self):
        """A tag that replaces is called by its name."""
        tags = {"Tags": [{"Key": "team", "Value": "shop"}]}

        (change,) = needs_attention(
            changed("AWS::OpenSearchServerless::Collection", {}, tags)
            or changed("AWS::MSK::ServerlessCluster", {}, {"Tags": {"team": "shop"}})
        )

        assert "Tags" == change.where
        assert "the tags of this type cannot change in place" in change.why

    def test_what_holds_nothing_does_not_fail(self):
        """A new role or subnet is said, and is no danger."""
        (change,) = changed("AWS::EC2::VPC", {"CidrBlock": "a"}, {"CidrBlock": "b"})

        assert Effect.REPLACED == change.effect
        assert not change.fails
        assert "keep the value that it has" == change.way_out

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("Retain", "Retain", "The old one stays outside the stack"),
            ("Snapshot", "Retain", "The old one is deleted after a snapshot"),
            ("Retain", "Delete", "The old one is deleted, with its rows"),
            ("Delete", "Retain", "The old one is deleted, with its rows"),
            (None, None, "The old one is deleted, with its rows"),
        ],
    )
    def test_says_what_becomes_of_the_old_one(self, old, new, words):
        """The worse of both policies counts."""
        before, after = (
            {"Type": "AWS::RDS::DBCluster", "Properties": {"DatabaseName": name}}
            for name in ("a", "b")
        )
        before |= {"UpdateReplacePolicy": old} if old else {}
        after |= {"UpdateReplacePolicy": new} if new else {}

        change = compare(template(Orders=before), template(Orders=after))[0]

        assert words in change.why


class TestPolicies:
    """Some properties change in place only with an UpdatePolicy."""

    @pytest.mark.parametrize(
        ("type_", "name", "policy"),
        [
            ("AWS::OpenSearchService::Domain", "EngineVersion", "EnableVersionUpgrade"),
            (
                "AWS::Elasticsearch::Domain",
                "ElasticsearchVersion",
                "EnableVersionUpgrade",
            ),
            (
                "AWS::ElastiCache::ReplicationGroup",
                "NumNodeGroups",
                "UseOnlineResharding",
            ),
        ],
    )
    @pytest.mark.parametrize("on", [None, False, "true", True, {"Ref": "Upgrade"}])
    def test_without_it(self, type_, name, policy, on):
        """The policy counts that is there from now on."""
        old, new = ({**resource(type_, **{name: each})} for each in ("1", "2"))
        old["UpdatePolicy"] = {policy: True}
        new |= {"UpdatePolicy": {policy: on}} if on else {}

        found = needs_attention(compare(template(A=old), template(A=new)))

        expected = [] if on in (True, "true") else [f"A.{name}"]
        assert expected == [each.place for each in found]
        assert all(f"UpdatePolicy {policy}" in each.why for each in found)

    def test_says_what_to_write(self):
        """The way out is the policy."""
        domain = "AWS::OpenSearchService::Domain"
        (change,) = needs_attention(
            changed(domain, {"EngineVersion": "1"}, {"EngineVersion": "2"})
        )

        assert Effect.REPLACED == change.effect
        assert "the resource is replaced" in change.why
        assert "The old one stays outside the stack" in change.why
        assert "set UpdatePolicy: {EnableVersionUpgrade: true}" in change.way_out

    def test_of_other_changes(self):
        """The rest of a domain changes in place."""
        domain = "AWS::OpenSearchService::Domain"

        assert [] == needs_attention(changed(domain, {}, {"AccessPolicies": {}}))


class TestCascade:
    """A resource that names a new one where it cannot change is new itself."""

    VPC = "AWS::EC2::VPC"

    def shop(self, cidr: str) -> dict[str, object]:
        """Return a network with a file system far down in it."""
        subnet = resource("AWS::EC2::Subnet", VpcId={"Ref": "Network"})
        target = resource(
            "AWS::EFS::MountTarget",
            SubnetId={"Fn::Sub": "${Subnet}"},
            FileSystemId={"Fn::GetAtt": ["Files", "FileSystemId"]},
        )
        return template(
            Network=resource(self.VPC, CidrBlock=cidr),
            Subnet=subnet,
            Target=target,
            Files=resource("AWS::EFS::FileSystem"),
        )

    def test_goes_on_to_the_end(self):
        """From the network to the subnet, and from there to the mount target."""
        changes = compare(self.shop("10.0.0.0/16"), self.shop("10.1.0.0/16"))

        assert {"Network.CidrBlock", "Subnet.VpcId", "Target.SubnetId"} == {
            each.place for each in changes
        }
        words = "the resource is replaced: Subnet, which it names here, is replaced"
        assert words in changes[-1].why
        assert "keep it as it is at Subnet" == changes[-1].way_out

    def test_in_a_circle(self):
        """Resources that name each other are named once."""
        one, two = (
            template(
                A=resource("AWS::S3::Bucket", BucketName=name),
                B=resource(
                    "AWS::EC2::Subnet", VpcId={"Ref": "C"}, CidrBlock={"Ref": "A"}
                ),
                C=resource(self.VPC, CidrBlock={"Ref": "B"}),
            )
            for name in ("a", "b")
        )

        places = [each.place for each in compare(one, two)]

        assert sorted(set(places)) == sorted(places)
        assert {"A.BucketName", "B.CidrBlock", "C.CidrBlock"} == set(places)

    def test_a_database_in_it_fails(self):
        """What holds data fails, wherever the change began."""
        one, two = (
            template(
                Group=resource("AWS::RDS::DBSubnetGroup", DBSubnetGroupName=name),
                Data=resource(
                    "AWS::RDS::DBCluster", DBSubnetGroupName={"Ref": "Group"}
                ),
            )
            for name in ("a", "b")
        )

        (change,) = needs_attention(compare(one, two))

        assert "Data.DBSubnetGroupName" == change.place

    def test_not_where_it_may_change(self):
        """A reference in a property that may change follows in place."""
        one, two = (
            template(
                Logs=resource("AWS::Logs::LogGroup", LogGroupName=name),
                Code=resource(
                    "AWS::Lambda::Function",
                    LoggingConfig={"LogGroup": {"Ref": "Logs"}},
                ),
                Other=resource("Acme::Shop::Basket", Name={"Ref": "Logs"}),
            )
            for name in ("a", "b")
        )

        assert ["Logs.LogGroupName"] == [each.place for each in compare(one, two)]


class TestRefused:
    """What no schema says, and the service refuses."""

    @pytest.mark.parametrize(
        ("type_", "old", "new", "where"),
        [
            ("AWS::KMS::Key", {}, {"KeySpec": "RSA_2048"}, "KeySpec"),
            ("AWS::KMS::Key", {}, {"MultiRegion": True}, "MultiRegion"),
            (
                "AWS::Logs::LogGroup",
                {},
                {"LogGroupClass": "DELIVERY"},
                "LogGroupClass",
            ),
            (
                "AWS::Cognito::UserPool",
                {},
                {"UsernameAttributes": ["email"]},
                "UsernameAttributes",
            ),
            (
                "AWS::Cognito::UserPool",
                {"Schema": [{"Name": "shop", "AttributeDataType": "String"}]},
                {"Schema": [{"Name": "shop", "AttributeDataType": "Number"}]},
                "Schema",
            ),
            (
                "AWS::Cognito::UserPool",
                {"Schema": [{"Name": "shop"}, {"Name": "team"}]},
                {"Schema": [{"Name": "team"}]},
                "Schema",
            ),
            (
                "AWS::Cognito::UserPool",
                {"Schema": [{"Name": "shop"}]},
                {"Schema": [{"Name": "shop"}, {"Name": "team", "Required": True}]},
                "Schema",
            ),
            (
                "AWS::Cognito::UserPool",
                {},
                {"Schema": [{"Name": "team", "Required": {"Ref": "Required"}}]},
                "Schema",
            ),
            (
                "AWS::EC2::Volume",
                VOLUME,
                {**VOLUME, "AvailabilityZone": "eu-west-1b"},
                "AvailabilityZone",
            ),
            (
                "AWS::DynamoDB::Table",
                {"LocalSecondaryIndexes": [{"IndexName": "a"}]},
                {"LocalSecondaryIndexes": []},
                "LocalSecondaryIndexes",
            ),
            (
                "AWS::DynamoDB::GlobalTable",
                {
                    "AttributeDefinitions": [
                        {"AttributeName": "a", "AttributeType": "S"}
                    ]
                },
                {
                    "AttributeDefinitions": [
                        {"AttributeName": "a", "AttributeType": "N"}
                    ]
                },
                "AttributeDefinitions",
            ),
        ],
    )
    def test_names_it(self, type_, old, new, where):
        """Nothing is lost, but the deployment fails: somebody has to know."""
        (change,) = needs_attention(changed(type_, old, new))

        assert Effect.REPLACED == change.effect
        assert where == change.where
        assert "the update is refused, or makes a new resource" in change.why
        assert "make a second resource" in change.way_out

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            ("AWS::KMS::Key", {}, {"KeySpec": "SYMMETRIC_DEFAULT"}),
            ("AWS::Logs::LogGroup", {}, {"LogGroupClass": "STANDARD"}),
            (
                "AWS::Cognito::UserPool",
                {"Schema": [{"Name": "shop"}]},
                {"Schema": [{"Name": "team", "Required": False}, {"Name": "shop"}]},
            ),
            (
                "AWS::DynamoDB::Table",
                {"AttributeDefinitions": [{"AttributeName": "a"}]},
                {"AttributeDefinitions": [{"AttributeName": "b"}]},
            ),
            ("AWS::EC2::Volume", VOLUME, {**VOLUME, "Size": 16}),
        ],
        ids=[
            "the default",
            "another default",
            "one more",
            "another one",
            "a larger volume",
        ],
    )
    def test_leaves_the_rest(self, type_, old, new):
        """A default that is written out changes nothing, and more may come."""
        assert [] == needs_attention(changed(type_, old, new))


class TestIndexes:
    """One deployment adds or removes one index of a table."""

    @staticmethod
    def indexes(*names: str) -> dict[str, object]:
        """Return the properties of a table with indexes of such *names*."""
        return {"GlobalSecondaryIndexes": [{"IndexName": each} for each in names]}

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("", "ab", "and not a, b"),
            ("c", "abc", "and not a, b"),
            ("ab", "", "and not a, b"),
            ("a", "b", "and not a, b"),
        ],
    )
    def test_two_at_once(self, old, new, words):
        """The update is refused, whatever comes or goes."""
        (change,) = [
            each
            for each in changed(
                "AWS::DynamoDB::Table", self.indexes(*old), self.indexes(*new)
            )
            if each.effect is Effect.REPLACED
        ]

        assert "GlobalSecondaryIndexes" == change.where
        assert change.why.endswith(words)
        assert "deploy them one after the other" == change.way_out
        assert change.fails

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            ("AWS::DynamoDB::Table", "a", "ba"),
            ("AWS::DynamoDB::Table", "", "a"),
            ("AWS::S3::Bucket", "", "ab"),
        ],
    )
    def test_one_at_a_time(self, type_, old, new):
        """One more is added without an interruption."""
        found = changed(type_, self.indexes(*old), self.indexes(*new))

        assert [] == needs_attention(found)


class TestRetyped:
    def test_is_refused(self):
        """Another type under one id fails at the deployment, and is said before."""
        found = needs_attention(
            compare(
                template(Orders=resource("AWS::DynamoDB::Table")),
                template(Orders=resource("AWS::DynamoDB::GlobalTable")),
            )
        )

        assert "Orders.Type" == found[0].place
        assert "AWS::DynamoDB::GlobalTable" == found[0].new
        assert "CloudFormation refuses to change the type" in written(found)
        assert "then import it" in found[0].way_out

    def test_to_one_that_holds_something(self):
        """It is enough that the new one holds data."""
        (change,) = compare(
            template(Orders=resource("AWS::IAM::Role")),
            template(Orders=resource("AWS::S3::Bucket")),
        )

        assert change.fails

    def test_of_what_holds_nothing(self):
        """A rule that becomes a schedule is refused too, and costs no data."""
        (change,) = compare(
            template(Orders=resource("AWS::Events::Rule")),
            template(Orders=resource("AWS::Scheduler::Schedule")),
        )

        assert Effect.REPLACED == change.effect
        assert not change.fails
