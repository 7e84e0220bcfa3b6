"""Tests for `secure_constructs.checks.dynamodb`: what a table itself promises."""

from __future__ import annotations

import copy

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb

from secure_constructs.checks import Rule, Template, dynamodb
from secure_constructs.checks.template import NO_VALUE
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import unknowable

GLOBAL = "AWS::DynamoDB::GlobalTable"
TABLE = "AWS::DynamoDB::Table"
HERE = {"Ref": "AWS::Region"}
DEVELOPMENT = {"Construct": "TenantTable", "Tier": "development"}
PRODUCTION = {"Construct": "TenantTable", "Tier": "production"}
RECOVERY = "PointInTimeRecoverySpecification"
NO_RECOVERY = "point-in-time recovery is off"
UNPROTECTED = "deletion protection is off"
KEY_OF_AWS = "it is encrypted with a key that AWS owns"
KEY_LOST = "the key it was made with is no longer in use"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
BOTH = pytest.mark.parametrize("type_", [GLOBAL, TABLE])
on = pytest.mark.parametrize("value", [True, "true"])
off = pytest.mark.parametrize("value", [False, "false", None, NO_VALUE])


def problems(rule: Rule, body: Any = None, **properties: Any) -> list[str]:
    """Return what *rule* finds at a table, a global one unless *body* says so."""
    table = {"Type": GLOBAL, "Properties": properties, **(body or {})}
    found = rule.breaches(
        Template({"Resources": {"Orders": table}}).resources["Orders"]
    )
    return [f"{each.location}: {each.problem}" for each in found]


def recorded(**record: Any) -> dict[str, Any]:
    """Return a table that a construct in production recorded."""
    return {"Metadata": {"SecureConstructs": {**PRODUCTION, **record}}}


def development(**body: Any) -> dict[str, Any]:
    """Return a table that is on record as development."""
    return {"Metadata": {"SecureConstructs": DEVELOPMENT}, **body}


class TestPatternsServed:
    """DDB-02."""

    def found(self, patterns: Any, *indexes: Any, **properties: Any) -> list[str]:
        """Return what is found at a table with *indexes*, of which that is known."""
        gsis = [{"IndexName": each} for each in indexes]
        return problems(
            dynamodb.patterns_served,
            recorded(**({} if patterns is None else {"AccessPatterns": patterns})),
            **{"GlobalSecondaryIndexes": gsis, **properties},
        )

    def test_by_the_table_and_its_indexes(self):
        """A pattern without an index is served by the table."""
        patterns = [{"Name": "One order"}, {"Name": "Open orders", "Index": "GSI1"}]

        assert [] == self.found(patterns, "GSI1")

    def test_not_without_the_index(self):
        """An index that somebody took out is missed by name."""
        patterns = [{"Name": "Open orders", "Index": "GSI1"}]

        assert [
            "Properties: there is no index GSI1, which serves 'Open orders'"
        ] == self.found(patterns)

    def test_reports_each_index_once(self):
        """Several patterns of one index are one finding, in the order of names."""
        patterns = [
            {"Name": "Paid", "Index": "GSI2"},
            {"Name": "Open", "Index": "GSI1"},
            {"Name": "Late", "Index": "GSI1"},
        ]

        assert [
            "Properties: there is no index GSI1, which serves 'Late'",
            "Properties: there is no index GSI2, which serves 'Paid'",
        ] == self.found(patterns)

    def test_no_index_is_for_nothing(self):
        """An index that was added from outside has no pattern."""
        patterns = [{"Name": "Open orders", "Index": "GSI1"}]

        assert ["Properties: no access pattern uses the index GSI2"] == self.found(
            patterns, "GSI1", "GSI2"
        )

    def test_local_indexes_count(self):
        """A local index serves a pattern as a global one does."""
        patterns = [{"Name": "By date", "Index": "LSI1"}]
        local = [{"IndexName": "LSI1"}]

        assert [] == self.found(patterns, LocalSecondaryIndexes=local)

    def test_needs_a_record(self):
        """Where nothing is written down, any index may have its use."""
        assert [] == self.found(None, "GSI1")

    def test_an_empty_record_is_one(self):
        """That nothing is asked for is written down as well."""
        assert ["Properties: no access pattern uses the index GSI1"] == self.found(
            [], "GSI1"
        )

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """An index of an unknown name may be any of them."""
        patterns = [{"Name": "Open orders", "Index": "GSI1"}]

        assert [] == self.found(patterns, unknown)
        assert [] == self.found(patterns, GlobalSecondaryIndexes=unknown)
        assert [] == self.found(patterns, GlobalSecondaryIndexes=[unknown])


class TestRecoverable:
    """DDB-03."""

    def found(self, *settings: Any, body: Any = None) -> list[str]:
        """Return what is found at a table with a replica for each of *settings*."""
        replicas = [{"Region": HERE, RECOVERY: each} for each in settings]
        return problems(dynamodb.recoverable, body, Replicas=replicas)

    @on
    def test_where_it_is_on(self, value):
        """A template may write truth as text."""
        setting = {"PointInTimeRecoveryEnabled": value}

        assert [] == self.found(setting)
        assert [] == problems(
            dynamodb.recoverable, {"Type": TABLE}, **{RECOVERY: setting}
        )

    @off
    def test_not_where_it_is_off(self, value):
        """Off, or nothing said of it."""
        setting = {"PointInTimeRecoveryEnabled": value}
        path = f"{RECOVERY}.PointInTimeRecoveryEnabled"

        assert [f"Properties.Replicas.0.{path}: {NO_RECOVERY}"] == self.found(setting)
        assert [f"Properties.{path}: {NO_RECOVERY}"] == problems(
            dynamodb.recoverable, {"Type": TABLE}, **{RECOVERY: setting}
        )

    def test_in_each_replica(self):
        """A copy in another region is restored there; it is named."""
        replicas = [
            {"Region": HERE, RECOVERY: {"PointInTimeRecoveryEnabled": True}},
            {"Region": "eu-west-1", RECOVERY: {"PointInTimeRecoveryEnabled": False}},
        ]
        path = f"Properties.Replicas.1.{RECOVERY}.PointInTimeRecoveryEnabled"

        assert [f"{path}: {NO_RECOVERY} in eu-west-1"] == problems(
            dynamodb.recoverable, Replicas=replicas
        )

    def test_not_in_development(self):
        """What is recorded as development can be made again."""
        assert [] == self.found({}, body=development())

    def test_in_recorded_production(self):
        """The record of production asks for what no record asks for."""
        assert 1 == len(self.found({}, body=recorded()))

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """The setting, what is around it, or the replicas."""
        assert [] == self.found({"PointInTimeRecoveryEnabled": unknown})
        assert [] == self.found(unknown)
        assert [] == problems(dynamodb.recoverable, Replicas=unknown)
        assert [] == problems(dynamodb.recoverable, Replicas=[unknown])


class TestEncrypted:
    """DDB-04."""

    def found(self, specification: Any, body: Any = None, **more: Any) -> list[str]:
        """Return what is found at a table with that *specification*."""
        more["SSESpecification"] = specification
        return problems(dynamodb.encrypted, body, **more)

    @BOTH
    @on
    @pytest.mark.parametrize("kind", [{}, {"SSEType": "KMS"}])
    def test_with_a_key_in_the_account(self, type_, value, kind):
        """The key that AWS manages in the account is one."""
        assert [] == self.found({"SSEEnabled": value, **kind}, {"Type": type_})

    @BOTH
    @off
    def test_not_with_a_key_that_aws_owns(self, type_, value):
        """It is DynamoDB's default."""
        expected = [f"Properties.SSESpecification: {KEY_OF_AWS}"]

        assert expected == self.found({"SSEEnabled": value}, {"Type": type_})
        assert expected == self.found(value or None, {"Type": type_})

    def test_not_by_another_type(self):
        """AES256 is what the keys that AWS owns are used with."""
        assert [f"Properties.SSESpecification: {KEY_OF_AWS}"] == self.found(
            {"SSEEnabled": True, "SSEType": "AES256"}
        )

    def test_with_the_recorded_key(self):
        """Which key it is, is up to whoever gave it."""
        replicas = [{"SSESpecification": {"KMSMasterKeyId": "arn:aws:kms:key"}}]

        assert [] == self.found(
            {"SSEEnabled": True}, recorded(Encryption="aws:kms"), Replicas=replicas
        )

    @pytest.mark.parametrize("lost", [{}, {"KMSMasterKeyId": NO_VALUE}])
    def test_not_without_the_recorded_key(self, lost):
        """An override that takes the key out is noticed, in each replica."""
        replicas = [{"Region": HERE, "SSESpecification": lost}, {"Region": "eu-west-1"}]
        path = "SSESpecification.KMSMasterKeyId"

        assert [
            f"Properties.Replicas.0.{path}: {KEY_LOST}",
            f"Properties.Replicas.1.{path}: {KEY_LOST} in eu-west-1",
        ] == self.found(
            {"SSEEnabled": True}, recorded(Encryption="aws:kms"), Replicas=replicas
        )

    def test_without_a_recorded_key_any_will_do(self):
        """Nobody asked for a key."""
        assert [] == self.found({"SSEEnabled": True}, recorded(), Replicas=[{}])

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """The whole, a part, or the key."""
        key = recorded(Encryption="aws:kms")
        enabled = {"SSEEnabled": True}
        replica = {"SSESpecification": {"KMSMasterKeyId": unknown}}

        assert [] == self.found(unknown)
        assert [] == self.found({"SSEEnabled": unknown})
        assert [] == self.found({"SSEEnabled": True, "SSEType": unknown})
        assert [] == self.found(enabled, key, Replicas=[replica])
        assert [] == self.found(enabled, key, Replicas=unknown)


class TestExpires:
    """DDB-06."""

    def found(self, setting: Any, body: Any = None, **more: Any) -> list[str]:
        """Return what is found at a table with that *setting*."""
        more["TimeToLiveSpecification"] = setting
        return problems(dynamodb.expires, body, **more)

    @BOTH
    @on
    def test_by_the_attribute(self, type_, value):
        """The attribute is named, and it is on."""
        setting = {"AttributeName": "ttl", "Enabled": value}

        assert [] == self.found(setting, {"Type": type_})
        assert [] == self.found(setting, recorded(TimeToLive="ttl"))

    @BOTH
    @off
    def test_not_where_it_is_off(self, type_, value):
        """An attribute that is named, and does nothing, misleads."""
        setting = {"AttributeName": "ttl", "Enabled": value}

        assert [
            "Properties.TimeToLiveSpecification: time to live by ttl is off"
        ] == self.found(setting, {"Type": type_})

    @pytest.mark.parametrize(
        "setting", [None, NO_VALUE, {}, {"AttributeName": "other", "Enabled": True}]
    )
    def test_not_where_it_was_taken_away(self, setting):
        """The record knows by which attribute items were to expire."""
        assert [
            "Properties.TimeToLiveSpecification: time to live by ttl is off"
        ] == self.found(setting, recorded(TimeToLive="ttl"))

    @pytest.mark.parametrize("setting", [None, NO_VALUE, {}, {"Enabled": False}])
    def test_where_nothing_is_to(self, setting):
        """Not every table has items that expire."""
        assert [] == self.found(setting)

    @pytest.mark.parametrize("kind", ["S", "B"])
    def test_not_by_a_key_that_is_no_number(self, kind):
        """DynamoDB reads a number there, and passes over everything else."""
        attributes = [
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "day", "AttributeType": kind},
        ]

        problem = "day is a key and no number, so nothing expires"

        assert [f"Properties.TimeToLiveSpecification: {problem}"] == self.found(
            {"AttributeName": "day", "Enabled": True}, AttributeDefinitions=attributes
        )

    def test_by_an_attribute_that_is_no_key(self):
        """The types of other attributes do not matter."""
        attributes = [{"AttributeName": "PK", "AttributeType": "S"}]

        assert [] == self.found(
            {"AttributeName": "ttl", "Enabled": True}, AttributeDefinitions=attributes
        )

    def test_by_a_key_that_is_a_number(self):
        """A sort key may be the second in which the item expires."""
        attributes = [{"AttributeName": "day", "AttributeType": "N"}]

        assert [] == self.found(
            {"AttributeName": "day", "Enabled": True}, AttributeDefinitions=attributes
        )

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """The whole, a part, or what the keys are."""
        record = recorded(TimeToLive="ttl")
        named = {"AttributeName": "ttl", "Enabled": True}
        kinds = {"AttributeName": "ttl", "AttributeType": unknown}

        assert [] == self.found(unknown)
        assert [] == self.found(unknown, record)
        assert [] == self.found({"AttributeName": unknown, "Enabled": True}, record)
        assert [] == self.found({"AttributeName": "ttl", "Enabled": unknown}, record)
        assert [] == self.found(named, AttributeDefinitions=[kinds])
        assert [] == self.found(named, AttributeDefinitions=unknown)


class TestKept:
    """DDB-07."""

    def found(self, *settings: Any, body: Any = None) -> list[str]:
        """Return what is found at a table with a replica for each of *settings*."""
        replicas = [{"DeletionProtectionEnabled": each} for each in settings]
        return problems(
            dynamodb.kept, KEPT if body is None else body, Replicas=replicas
        )

    @on
    def test_where_it_is_protected(self, value):
        """Protected in each region, and kept by both policies."""
        assert [] == self.found(value, value)
        assert [] == problems(
            dynamodb.kept, {"Type": TABLE, **KEPT}, DeletionProtectionEnabled=value
        )

    def test_a_failed_first_deployment_may_be_repeated(self):
        """RetainExceptOnCreate keeps what has data."""
        body = {**KEPT, "DeletionPolicy": "RetainExceptOnCreate"}

        assert [] == self.found("true", body=body)

    @off
    def test_not_where_it_is_unprotected(self, value):
        """A click in the console deletes it."""
        path = "DeletionProtectionEnabled"

        assert [f"Properties.Replicas.1.{path}: {UNPROTECTED}"] == self.found(
            "true", value
        )
        assert [f"Properties.{path}: {UNPROTECTED}"] == problems(
            dynamodb.kept, {"Type": TABLE, **KEPT}, **{path: value}
        )

    @pytest.mark.parametrize("policy", KEPT)
    @pytest.mark.parametrize("value", ["Delete", "Snapshot", None])
    def test_not_where_it_goes_with_its_stack(self, policy, value):
        """Without a policy, CloudFormation deletes."""
        assert [f"{policy}: {policy} does not keep the table"] == self.found(
            "true", body={**KEPT, policy: value}
        )

    def test_not_in_development(self):
        """What is recorded as development goes with its stack."""
        assert [] == self.found("false", body=development(DeletionPolicy="Delete"))

    @unknowable
    def test_reports_nothing_that_the_deployment_decides(self, unknown):
        """The protection, the replicas, or a policy."""
        assert [] == self.found(unknown)
        assert [] == self.found("true", body={**KEPT, "DeletionPolicy": unknown})
        assert [] == problems(dynamodb.kept, KEPT, Replicas=unknown)


class TestTablesOfCdk:
    """What the rules say of tables as CDK writes them."""

    @pytest.fixture(params=FLAGS.values(), ids=list(FLAGS))
    def stack(self, request):
        """A stack with or without feature flags."""
        return cdk.Stack(new_app(request.param), "Stack")

    def found(self, stack: cdk.Stack) -> set[str]:
        """Return the ids of the rules that find something in *stack*."""
        template = Template(copy.deepcopy(template_of(stack)))
        return {
            rule.id
            for each in template.resources.values()
            for rule in dynamodb.RULES
            if rule.breaches(each)
        }

    def key(self) -> Any:
        """Return a partition key."""
        type_ = aws_dynamodb.AttributeType.STRING
        return aws_dynamodb.Attribute(name="PK", type=type_)

    @pytest.mark.parametrize("kind", ["Table", "TableV2"])
    def test_defaults_break_promises(self, stack, kind):
        """A table is neither restored, encrypted, protected nor watched by default."""
        getattr(aws_dynamodb, kind)(stack, "Orders", partition_key=self.key())

        assert {"DDB-03", "DDB-04", "DDB-07", "DDB-10"} == self.found(stack)

    def test_a_careful_table_keeps_them(self, stack):
        """The older class, with what the rules ask for but the alarms."""
        recovery = aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        )
        aws_dynamodb.Table(
            stack,
            "Orders",
            partition_key=self.key(),
            encryption=aws_dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=recovery,
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            time_to_live_attribute="ttl",
        )

        assert {"DDB-10"} == self.found(stack)

    def test_a_careful_global_table_keeps_them(self, stack):
        """The newer class, with what the rules ask for but the alarms."""
        recovery = aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        )
        aws_dynamodb.TableV2(
            stack,
            "Orders",
            partition_key=self.key(),
            encryption=aws_dynamodb.TableEncryptionV2.aws_managed_key(),
            point_in_time_recovery_specification=recovery,
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            time_to_live_attribute="ttl",
        )

        assert {"DDB-10"} == self.found(stack)
