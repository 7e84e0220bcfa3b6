"""Tests for what a TenantTable refuses, and that nothing is left of it then."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb, aws_kms as kms

from secure_constructs import AccessPattern, AppKey, TableIndex, Tier, Waived
from tests.support.synth import new_app, template_of, the
from tests.support.tables import ENV, KEY_THERE, table

days = cdk.Duration.days
TEXT = dynamodb.AttributeType.STRING
NUMBER = dynamodb.AttributeType.NUMBER
INCLUDE = dynamodb.ProjectionType.INCLUDE
NIGHTLY = Waived("filled again from the lake each night")
SCALED = dynamodb.Capacity.autoscaled(max_capacity=10)


def number(name: str) -> dynamodb.Attribute:
    """Return an attribute that is a number."""
    return dynamodb.Attribute(name=name, type=NUMBER)


def index(*more: Any, **options: Any) -> dict[str, Any]:
    """Return the option for one index."""
    return {"indexes": [TableIndex(*more, **options)]}


def copied(*counts: int) -> dict[str, Any]:
    """Return the option for indexes into which so many attributes are copied."""
    return {
        "indexes": [
            TableIndex(
                f"GSI{place}",
                projection_type=INCLUDE,
                non_key_attributes=[f"a{each}" for each in range(count)],
            )
            for place, count in enumerate(counts)
        ]
    }


def ceilings(reads: Any) -> dict[str, Any]:
    """Return the option for a ceiling on reads."""
    return {"capacity": dynamodb.MaxThroughputProps(max_read_request_units=reads)}


# What is passed, the kind of error, and what its message has to tell.
REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a reserved word as a key": (
        {"partition_key": "Name"},
        ValueError,
        "partition_key='Name' is a reserved word of DynamoDB.*dynamodb.Attribute",
    ),
    "a reserved word as a sort key": (
        {"sort_key": "timestamp"},
        ValueError,
        "sort_key='timestamp' is a reserved word",
    ),
    "an empty key": ({"partition_key": " "}, ValueError, "partition_key=' ' is empty"),
    "a key that is too long": (
        {"sort_key": "ä" * 128},
        ValueError,
        "sort_key='ä+' is longer than the 255 bytes",
    ),
    "a key that is no name": (
        {"partition_key": 1},
        TypeError,
        "partition_key=1 is no name of an attribute; write 'PK', or a dynamodb.Attrib",
    ),
    "no partition key": ({"partition_key": None}, TypeError, "partition_key=None is n"),
    "a partition key that is a number": (
        {"partition_key": number("id")},
        ValueError,
        "partition_key='id' is no text, but begins with the tenant; make it Attribute",
    ),
    "one attribute as both keys": (
        {"sort_key": "PK"},
        ValueError,
        "sort_key='PK' is the partition key as well; name another attribute",
    ),
    "an expiry that is a key of text": (
        {"ttl_attribute": "SK"},
        ValueError,
        "ttl_attribute='SK' is a key, but DynamoDB reads a number there; name another",
    ),
    "an empty expiry": ({"ttl_attribute": ""}, ValueError, "ttl_attribute='' is empty"),
    "an expiry that is no name": (
        {"ttl_attribute": True},
        TypeError,
        "ttl_attribute=True is no text",
    ),
    "an index that is none": (
        {"indexes": ["GSI1"]},
        TypeError,
        r"indexes\[0\]='GSI1' is no TableIndex; write TableIndex\(...\)",
    ),
    "indexes that are no list": (
        {"indexes": TableIndex("GSI1")},
        TypeError,
        "indexes=TableIndex.* is no list of TableIndex",
    ),
    "too many indexes": (
        {"indexes": [TableIndex(f"GSI{each}") for each in range(21)]},
        ValueError,
        "indexes=21 are more than the 20 that a table has at most",
    ),
    "an index with a name too short": (
        index("G1"),
        ValueError,
        r"indexes\[0\].name='G1' is no name of an index.*write 3 to 255 .* 'GSI1'",
    ),
    "an index with a name too long": (
        index("G" * 256),
        ValueError,
        r"indexes\[0\].name='G+' is no name of an index",
    ),
    "an index with a space in its name": (
        index("by email"),
        ValueError,
        r"indexes\[0\].name='by email' is no name of an index",
    ),
    "an index whose name is known later": (
        index(cdk.Aws.STACK_NAME),
        ValueError,
        r"indexes\[0\].name=.*is no name of an index that is known now",
    ),
    "an index whose name is no text": (
        index(1),
        TypeError,
        r"indexes\[0\].name=1 is no text; write for example 'GSI1'",
    ),
    "two indexes of one name": (
        {"indexes": [TableIndex("GSI1"), TableIndex("GSI1")]},
        ValueError,
        r"indexes\[1\].name='GSI1' is the name of two indexes; give each its own",
    ),
    "an index with a reserved word as a key": (
        index("GSI1", "status"),
        ValueError,
        r"indexes\[0\].partition_key='status' is a reserved word",
    ),
    "an index with one attribute as both keys": (
        index("GSI1", "mail", "mail"),
        ValueError,
        r"indexes\[0\].sort_key='mail' is the partition key as well",
    ),
    "an index with a key of another type": (
        index("GSI1", sort_key=number("SK")),
        ValueError,
        "indexes='SK' is a key of two types",
    ),
    "an index by a number that tenants use": (
        index("GSI1", number("total"), tenant_led=True),
        ValueError,
        r"indexes\[0\].partition_key='total' is no text, but is to begin with the ten",
    ),
    "an index that may be for tenants": (
        index("GSI1", tenant_led=None),
        TypeError,
        r"indexes\[0\].tenant_led=None is neither True nor False",
    ),
    "a projection that is none": (
        index("GSI1", projection_type="ALL"),
        TypeError,
        r"indexes\[0\].projection_type='ALL' is no ProjectionType; write dynamodb.Pro",
    ),
    "a projection of some attributes, and none": (
        index("GSI1", projection_type=INCLUDE),
        ValueError,
        r"indexes\[0\].non_key_attributes=\[\] goes with .*give both or neither",
    ),
    "attributes beside all of them": (
        index("GSI1", non_key_attributes=["total"]),
        ValueError,
        r"indexes\[0\].non_key_attributes=\['total'\] goes with projection_type=Projec",
    ),
    "attributes that are text": (
        index("GSI1", projection_type=INCLUDE, non_key_attributes="total"),
        TypeError,
        r"indexes\[0\].non_key_attributes='total' is no list of str",
    ),
    "more attributes than an index takes": (
        copied(21),
        ValueError,
        r"indexes\[0\].non_key_attributes=21 are more than the 20 .* copy all attri",
    ),
    "more attributes than all indexes take": (
        copied(20, 20, 20, 20, 20, 1),
        ValueError,
        r"indexes=\['GSI0', .*\] copy more than the 100 attributes",
    ),
    "a key format without a delimiter": (
        {"key_format": "TENANT{tenant}"},
        ValueError,
        "key_format='TENANT{tenant}' does not end with one of / : # | ~ and {tenant}",
    ),
    "a key format that is known later": (
        {"key_format": f"{cdk.Aws.REGION}#{{tenant}}"},
        ValueError,
        "key_format=.* does not end with",
    ),
    "a key format that is no text": (
        {"key_format": None},
        TypeError,
        "key_format=None is no text; write for example 'TENANT#{tenant}'",
    ),
    "compound keys, perhaps": (
        {"compound_keys": "yes"},
        TypeError,
        "compound_keys='yes' is neither True nor False",
    ),
    "a name too short": (
        {"table_name": "db"},
        ValueError,
        "table_name='db' is no table name: 3 to 255 letters.*leave it out",
    ),
    "a name with a slash": (
        {"table_name": "a/b"},
        ValueError,
        "table_name='a/b' is no",
    ),
    "a name that is no text": ({"table_name": 1}, TypeError, "table_name=1 is no text"),
    "a stream that is none": (
        {"stream": True},
        TypeError,
        "stream=True is no StreamViewType; write dynamodb.StreamViewType.NEW_AND",
    ),
    "a class that is none": (
        {"table_class": "STANDARD"},
        TypeError,
        "table_class='STANDARD' is no TableClass; write dynamodb.TableClass.STANDARD_",
    ),
    "recovery for no day": (
        {"point_in_time_recovery": days(0)},
        ValueError,
        "point_in_time_recovery='0 days' is not 1 to 35 whole days",
    ),
    "recovery for 36 days": (
        {"point_in_time_recovery": days(36)},
        ValueError,
        "point_in_time_recovery='36 days' is not 1 to 35 whole days",
    ),
    "recovery for half a day": (
        {"point_in_time_recovery": cdk.Duration.hours(36)},
        ValueError,
        "point_in_time_recovery='1.5 days' is not 1 to 35 whole days",
    ),
    "recovery for some number": (
        {"point_in_time_recovery": 35},
        TypeError,
        "point_in_time_recovery=35 is neither left out nor Waived; pass a Duration of ",
    ),
    "recovery off": (
        {"point_in_time_recovery": False},
        TypeError,
        r"point_in_time_recovery=False is neither.*recovery \(DDB-03\) up with Waived",
    ),
    "no recovery in production": (
        {"point_in_time_recovery": NIGHTLY},
        ValueError,
        "point_in_time_recovery=Waived.* gives up what a production table is restored",
    ),
    "a ceiling of nothing": (
        ceilings(0),
        ValueError,
        "capacity.max_read_request_units=0 is no whole number from 1",
    ),
    "a ceiling of one and a half": (
        ceilings(1.5),
        ValueError,
        "capacity.max_read_request_units=1.5 is no whole number",
    ),
    "capacity that is a number": (
        {"capacity": 5},
        TypeError,
        r"capacity=5 is no capacity; write dynamodb.MaxThroughputProps\(...\) for cei",
    ),
    "capacity that is billing": (
        {"capacity": dynamodb.Billing.on_demand()},
        TypeError,
        "capacity=.* is no capacity; write .*ThroughputProps",
    ),
    "capacity for reads that is fixed": (
        {
            "capacity": dynamodb.ThroughputProps(
                read_capacity=dynamodb.Capacity.fixed(5), write_capacity=SCALED
            )
        },
        ValueError,
        r"capacity.read_capacity='Capacity.fixed' is fixed.*\(DDB-05\); .*same number",
    ),
    "capacity for writes that is fixed": (
        {
            "capacity": dynamodb.ThroughputProps(
                read_capacity=SCALED, write_capacity=dynamodb.Capacity.fixed(5)
            )
        },
        ValueError,
        "capacity.write_capacity='Capacity.fixed' is fixed",
    ),
    "a waiver that is none": (
        {"retain": False},
        TypeError,
        r"retain=False is neither left out nor Waived; .*keeping the data \(DDB-07\)",
    ),
    "alarms off": (
        {"alarms": False},
        TypeError,
        r"alarms=False is neither left out nor Waived; .*alarms \(DDB-10\)",
    ),
    "a waiver that says nothing": (
        {"retain": Waived("not needed for now")},
        ValueError,
        "retain=Waived.* does not say why; give an argument",
    ),
    "insights, perhaps": (
        {"throttled_keys_insights": 1},
        TypeError,
        "throttled_keys_insights=1 is neither True nor False",
    ),
    "a topic that is none": (
        {"alarm_topic": "on-call"},
        TypeError,
        "alarm_topic='on-call' is no topic; pass an sns.Topic",
    ),
    "a key that is none": (
        {"encryption_key": KEY_THERE},
        TypeError,
        "encryption_key='arn:.*' is no key; pass a kms.Key",
    ),
    "a tier that is none": ({"tier": "dev"}, TypeError, "tier='dev' is no Tier; use "),
    "replicas of nowhere in particular": (
        {"replica_regions": ["eu-central-1"]},
        ValueError,
        r"replica_regions=\['eu-central-1'\] need a stack whose own region is known; ",
    ),
    "keys without replicas": (
        {"replica_key_arns": {"eu-central-1": KEY_THERE}},
        ValueError,
        r"replica_key_arns=\['eu-central-1'\] is for the replicas; name their regions",
    ),
    "access patterns that are no list": (
        {"access_patterns": AccessPattern("Orders", "TENANT#{tenant}")},
        TypeError,
        "access_patterns=AccessPattern.* is no list of AccessPattern",
    ),
}
# The same for a table in Ireland, whose replicas can be made.
REFUSED_THERE: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "a replica where the table is": (
        {"replica_regions": ["eu-west-1"]},
        ValueError,
        r"replica_regions\[0\]='eu-west-1' is the region of the table itself",
    ),
    "a replica in no region": (
        {"replica_regions": ["Frankfurt"]},
        ValueError,
        r"replica_regions\[0\]='Frankfurt' is no region that is known now; write ",
    ),
    "a replica in a region that is known later": (
        {"replica_regions": [cdk.Aws.REGION]},
        ValueError,
        r"replica_regions\[0\]=.* is no region that is known now",
    ),
    "two replicas in one region": (
        {"replica_regions": ["eu-north-1", "eu-north-1"]},
        ValueError,
        r"replica_regions=\['eu-north-1', 'eu-north-1'\] name a region twice",
    ),
    "replicas that are text": (
        {"replica_regions": "eu-central-1"},
        TypeError,
        "replica_regions='eu-central-1' is no list of str",
    ),
    "a stream by which nothing can be copied": (
        {
            "replica_regions": ["eu-central-1"],
            "stream": dynamodb.StreamViewType.KEYS_ONLY,
        },
        ValueError,
        "stream=.*KEYS_ONLY does not go with replica_regions=.*NEW_AND_OLD_IMAGES",
    ),
    "keys of replicas without one of the table": (
        {
            "replica_regions": ["eu-central-1"],
            "replica_key_arns": {"eu-central-1": KEY_THERE},
        },
        ValueError,
        r"replica_key_arns=\['eu-central-1'\] go with encryption_key=.*pass it too",
    ),
    "keys of replicas that are no mapping": (
        {"replica_regions": ["eu-central-1"], "replica_key_arns": [KEY_THERE]},
        TypeError,
        "replica_key_arns=.* is no mapping of regions to ARNs of keys",
    ),
}


def refused(cases: dict[str, Any]) -> Any:
    """Run a test for each of *cases*."""
    return pytest.mark.parametrize(
        ("options", "kind", "message"), cases.values(), ids=cases
    )


class TestRefused:
    @refused(REFUSED)
    def test_says_what_is_wrong(self, stack, options, kind, message):
        """The error names the path, the option, the value, and the way out."""
        with pytest.raises(kind, match=rf"^TenantTable 'Stack/Data': {message}"):
            table(stack, **options)

    @refused(REFUSED_THERE)
    def test_says_what_is_wrong_where_the_region_is_known(self, options, kind, message):
        """Copies of a table have conditions of their own."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)

        with pytest.raises(kind, match=rf"^TenantTable 'Stack/Data': {message}"):
            table(stack, **options)

    @refused(REFUSED)
    def test_leaves_nothing_behind(self, stack, options, kind, message):
        """The id is free again, and no resource is there."""
        with pytest.raises(kind):
            table(stack, **options)

        assert [] == stack.node.children


class TestTogether:
    """Values that are wrong because of others."""

    def test_fails_on_replicas_without_their_keys(self):
        """A key of one region encrypts nothing in another."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        key = kms.Key(stack, "Key")

        message = r"replica_key_arns=\[\] does not match .* in \['eu-north-1'\]: a key"
        with pytest.raises(ValueError, match=message):
            table(stack, replica_regions=["eu-north-1"], encryption_key=key)

    def test_fails_on_keys_of_other_regions(self):
        """Each replica has a key, and no other region has."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        key = kms.Key(stack, "Key")

        message = r"does not match .* in \['eu-central-1', 'eu-north-1'\]"
        with pytest.raises(ValueError, match=message):
            table(
                stack,
                replica_regions=["eu-north-1"],
                encryption_key=key,
                replica_key_arns={"eu-central-1": KEY_THERE},
            )

    @pytest.mark.parametrize(
        "arn",
        [
            KEY_THERE,
            "arn:aws:kms:eu-north-1:111122223333:alias/orders",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            None,
        ],
        ids=["another region", "an alias", "an id", "none"],
    )
    def test_fails_on_what_is_no_key_of_that_region(self, arn):
        """The deployment would fail only after the table was made."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        key = kms.Key(stack, "Key")

        message = (
            r"replica_key_arns\['eu-north-1'\]=.* is no ARN of a key in eu-north-1"
        )
        with pytest.raises(ValueError, match=message):
            table(
                stack,
                replica_regions=["eu-north-1"],
                encryption_key=key,
                replica_key_arns={"eu-north-1": arn},
            )

    def test_fails_on_replicas_with_a_key_in_any_region(self, stack):
        """With a customer's key the region of the stack has to be known as well."""
        key = AppKey(stack, "Key")

        with pytest.raises(ValueError, match="need a stack whose own region is known"):
            table(
                stack,
                encryption_key=key,
                replica_regions=["eu-central-1"],
                replica_key_arns={"eu-central-1": KEY_THERE},
            )

    def test_fails_on_a_key_of_another_region(self):
        """The key of the table is in its own region."""
        stack = cdk.Stack(new_app(), "Stack", env=ENV)
        key = kms.Key.from_key_arn(stack, "Key", KEY_THERE)

        with pytest.raises(
            ValueError, match="region eu-central-1, but the stack is in"
        ):
            table(stack, encryption_key=key)

    def test_fails_on_recovery_that_is_known_later(self, stack):
        """CDK takes no token for it."""
        later = cdk.CfnParameter(stack, "Days", type="Number").value_as_number

        message = "point_in_time_recovery='a token' is only known at deployment"
        with pytest.raises(ValueError, match=message):
            table(stack, point_in_time_recovery=days(later))

    @pytest.mark.parametrize("kind", [dynamodb.Table, dynamodb.TableV2])
    def test_fails_on_the_name_of_another_table(self, stack, kind):
        """A live table and the one that is to take its place are not both defined."""
        key = dynamodb.Attribute(name="id", type=TEXT)
        kind(stack, "Live", table_name="orders", partition_key=key)

        message = (
            "table_name='orders' is the name of 'Stack/Live/Resource' too, .*"
            "docs/howto/adopt-a-live-table.md"
        )
        with pytest.raises(ValueError, match=message):
            table(stack, table_name="orders")

    def test_takes_another_name_than_other_tables_have(self, stack):
        """Tables side by side are no matter."""
        key = dynamodb.Attribute(name="id", type=TEXT)
        dynamodb.Table(stack, "Live", table_name="orders", partition_key=key)
        dynamodb.Table(stack, "Unnamed", partition_key=key)

        table(stack, table_name="invoices")

    def test_fails_on_development_in_a_protected_stack(self, app):
        """A mistaken tier would delete the data."""
        stack = cdk.Stack(app, "Stack", termination_protection=True)

        with pytest.raises(ValueError, match="tier=.*deletes its data with its stack"):
            table(stack, tier=Tier.DEVELOPMENT)

    def test_fails_outside_a_stack(self, app):
        """What is in no stack is never deployed."""
        with pytest.raises(ValueError, match="'Data': scope=.* is in no stack; create"):
            table(app)

    def test_takes_as_many_attributes_as_dynamodb(self, stack):
        """Twenty in each index, and a hundred in all of them."""
        table(stack, **copied(20, 20, 20, 20, 20))

        indexes = the(template_of(stack), "Data666C94C7")["GlobalSecondaryIndexes"]
        assert [20] * 5 == [
            len(each["Projection"]["NonKeyAttributes"]) for each in indexes
        ]

    def test_can_be_made_after_a_mistake(self, stack):
        """The corrected line works, and the mistake has decided nothing."""
        with pytest.raises(ValueError, match="table_name"):
            table(stack, table_name="db")
        table(stack, table_name="orders")

        assert "orders" == the(template_of(stack), "Data666C94C7")["TableName"]
