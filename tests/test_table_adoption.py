"""A live table becomes a TenantTable: by the how-to, and with its settings as today."""

from __future__ import annotations

import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb

from secure_constructs import TenantTable, Tier, Waived
from secure_constructs.changes import compare, needs_attention
from tests.support.synth import FLAGS, ROOT, new_app, template_of
from tests.support.tables import TABLE, table

HOW_TO = ROOT / "docs" / "howto" / "adopt-a-live-table.md"
ORDERS = "OrdersA9B65338"
STEPS = ("first", "second", "third")
Template = dict[str, Any]
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture(scope="module")
def how_to() -> dict[str, Any]:
    """What the code blocks of the how-to define."""
    app = new_app()
    names: dict[str, Any] = {"cdk": cdk, "app": app, "stack": cdk.Stack(app, "Stack")}
    for block in re.findall(
        r"^```python\n(.*?)^```", HOW_TO.read_text(), re.MULTILINE | re.DOTALL
    ):
        exec(block, names)  # noqa: S102 - the page that is under test
    return names


@pytest.fixture(params=FLAGS.values(), ids=list(FLAGS))
def steps(request, how_to) -> list[Template]:
    """The templates of the three deployments of the how-to."""
    found = []
    for step in STEPS:
        stack = cdk.Stack(new_app(request.param), "Stack")
        how_to[step](stack)
        found.append(template_of(stack))
    return found


def said(table: Template) -> dict[str, Any]:
    """Return what the resource of a table says, whichever type that is."""
    given: dict[str, Any] = {**table["Properties"]}
    (copy,) = given.pop("Replicas", [{}])
    of_indexes = {each["IndexName"]: each for each in copy.get(_INDEXES, ())}
    indexes = [
        {**each, **of_indexes.get(each["IndexName"], {})}
        for each in given.get(_INDEXES, ())
    ]
    copy = {name: copy[name] for name in copy if name not in {"Region", _INDEXES}}
    # Another way to say the same: KMS is the only type of encryption that is on.
    given["SSESpecification"] = {"SSEType": "KMS", **given.get("SSESpecification", {})}
    return {**given, **copy, _INDEXES: indexes}


_INDEXES = "GlobalSecondaryIndexes"


class TestHowTo:
    def test_first_keeps_the_table(self, steps):
        """Nothing but this keeps the items in the step after it."""
        live, _, _ = steps

        resource = live["Resources"][ORDERS]
        assert "AWS::DynamoDB::Table" == resource["Type"]
        assert "Retain" == resource["DeletionPolicy"]
        assert resource["Properties"]["DeletionProtectionEnabled"] is True

    def test_first_says_what_the_import_will_not_set(self, steps):
        """Every setting of the TenantTable is that of the plain table already."""
        live, _, ours = steps

        assert said(live["Resources"][ORDERS]) == said(ours["Resources"][ORDERS])

    def test_second_loses_nothing(self, steps):
        """The table leaves the stack, and is kept: nothing else is dangerous."""
        live, between, _ = steps
        (orphan,) = needs_attention(compare(live, between))

        assert ORDERS == orphan.logical_id
        assert "leaves the stack as an orphan" in orphan.why
        assert ORDERS not in between["Resources"]
        assert "DynamoDB" not in str({each["Type"] for each in _all(between)})

    def test_second_reaches_the_same_table(self, steps):
        """Its callers know it by a name that does not change."""
        _, between, _ = steps

        policies = [each for each in _all(between) if each["Type"].endswith("Policy")]
        assert "table/orders" in str(policies)
        assert "table/orders/index" in str(policies)

    def test_third_takes_it_in(self, steps):
        """It has the name by which it is found, and a policy that allows an import."""
        _, _, ours = steps

        resource = ours["Resources"][ORDERS]
        assert "AWS::DynamoDB::GlobalTable" == resource["Type"]
        assert "orders" == resource["Properties"]["TableName"]
        assert resource["DeletionPolicy"] in {"Retain", "RetainExceptOnCreate"}

    def test_third_loses_nothing(self, steps):
        """What was there between is there afterwards."""
        _, between, ours = steps

        assert [] == needs_attention(compare(between, ours))

    def test_changing_the_class_in_place_is_seen(self, steps, how_to):
        """The page's own comparison finds the type that would change."""
        live, _, ours = steps
        (refused,) = how_to["needs_attention"](how_to["compare"](live, ours))

        assert f"{ORDERS}.Type" == refused.place
        assert "refuses to change the type" in refused.why


def _all(template: Template) -> list[Any]:
    return list(template["Resources"].values())


class TestTableV2:
    """A plain `TableV2` becomes a TenantTable where it stands."""

    @_FLAGS
    def test_changes_what_the_page_lists(self, flags):
        """Keys, billing and all that is not said stay."""
        before, after = (_made(define, flags) for define in (_plain, table))

        assert {
            "SSESpecification",
            "TimeToLiveSpecification",
            "ContributorInsightsSpecification",
            "DeletionProtectionEnabled",
            "PointInTimeRecoverySpecification",
        } == {each for each in before | after if before.get(each) != after.get(each)}

    @_FLAGS
    def test_stays_as_it_is_today(self, flags):
        """With a spelling for each default only the encryption changes."""
        before, after = (_made(define, flags) for define in (_plain, _as_today))

        assert {
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
            # What is off by default is written out.
            "DeletionProtectionEnabled": False,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False},
        } == {each: after[each] for each in after if before.get(each) != after[each]}
        assert before.keys() <= after.keys()


def _plain(stack: cdk.Stack) -> object:
    text = dynamodb.AttributeType.STRING
    return dynamodb.TableV2(
        stack,
        "Data",
        partition_key=dynamodb.Attribute(name="PK", type=text),
        sort_key=dynamodb.Attribute(name="SK", type=text),
    )


def _as_today(stack: cdk.Stack) -> TenantTable:
    return table(
        stack,
        ttl_attribute=None,
        point_in_time_recovery=Waived("its items are copied each night"),
        throttled_keys_insights=False,
        tier=Tier.DEVELOPMENT,
    )


def _made(define: Any, flags: Any) -> dict[str, Any]:
    """Return what the table that *define* makes says."""
    stack = cdk.Stack(new_app(flags), "Stack")
    define(stack)
    properties: dict[str, Any] = {
        **template_of(stack)["Resources"][TABLE]["Properties"]
    }
    (copy,) = properties.pop("Replicas")
    return {**properties, **copy}
