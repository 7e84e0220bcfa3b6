"""Tests for access patterns: what they are checked for, and as a document (DDB-02)."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_dynamodb as dynamodb

from secure_constructs import AccessPattern, TableIndex, TenantTable
from tests.support.synth import ROOT, assembly_of, new_app, template_of
from tests.support.tables import record, table

OWN = "TENANT#{tenant}"
LED = TableIndex("GSI1", tenant_led=True)
ORDERS = AccessPattern("Orders", OWN)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def written(stack: cdk.Stack, *patterns: AccessPattern, **options: Any) -> TenantTable:
    """Define a table that is asked for *patterns*."""
    return table(stack, access_patterns=list(patterns), **options)


class TestValues:
    def test_an_index_is_of_text_and_not_for_tenants(self):
        """Whoever gives an index to tenants says so."""
        index = TableIndex("GSI1")

        assert ("{index}PK", "{index}SK") == (index.partition_key, index.sort_key)
        assert index.tenant_led is False

    def test_a_pattern_is_a_tenants_and_of_the_table(self):
        """That is what most of them are."""
        assert ORDERS.tenant is True
        assert ORDERS.index is None
        assert ORDERS.sort is None

    @pytest.mark.parametrize("value", [LED, ORDERS], ids=["index", "pattern"])
    def test_are_frozen(self, value):
        """What was checked stays as it is."""
        with pytest.raises(AttributeError):
            value.name = "Other"


class TestServed:
    @pytest.mark.parametrize(
        "sort",
        [
            None,
            "= ORDER#{order}",
            "< {time}",
            "<= {time}",
            "> {time}",
            ">= {time}",
            "begins_with ORDER#",
            "between {from} and {to}",
        ],
    )
    def test_by_the_keys_of_the_table(self, stack, sort):
        """A sort key is compared in each way that DynamoDB can."""
        written(stack, AccessPattern("Orders", OWN, sort))

        assert [{"Name": "Orders"}] == record(template_of(stack))["AccessPatterns"]

    def test_by_an_index(self, stack):
        """The record says which, so that the rule can look for it."""
        open_orders = AccessPattern("Open orders", OWN, index="GSI1")
        written(stack, open_orders, indexes=[LED])

        found = record(template_of(stack))["AccessPatterns"]
        assert [{"Name": "Open orders", "Index": "GSI1"}] == found

    def test_by_an_index_of_the_back_office(self, stack):
        """What no tenant asks for may have any partition."""
        by_day = AccessPattern("Orders of a day", "{day}", index="GSI1", tenant=False)
        written(stack, by_day, indexes=[TableIndex("GSI1")])

        assert "AccessPatterns" in record(template_of(stack))

    def test_by_keys_that_go_on(self, stack):
        """Compound keys begin with the tenant and a delimiter."""
        lines = AccessPattern("Lines", f"{OWN}#ORDER#{{order}}")
        written(stack, ORDERS, lines, compound_keys=True)

        assert 2 == len(record(template_of(stack))["AccessPatterns"])

    def test_by_another_format(self, stack):
        """The format of the table's keys is that of its patterns."""
        own = AccessPattern("Own", "t/{tenant}")
        lines = AccessPattern("Lines", "t/{tenant}/lines")
        written(stack, own, lines, key_format="t/{tenant}", compound_keys=True)

        assert 2 == len(record(template_of(stack))["AccessPatterns"])

    def test_if_they_are_written_down(self, stack):
        """A table without patterns has any index."""
        table(stack, indexes=[LED])

        assert "AccessPatterns" not in record(template_of(stack))

    def test_still_in_the_finished_template(self, stack):
        """An index that is taken out afterwards is missed."""
        pattern = AccessPattern("Open orders", OWN, index="GSI1")
        data = written(stack, pattern, indexes=[LED])
        l1: Any = data.table.node.default_child
        l1.add_property_override("GlobalSecondaryIndexes.0.IndexName", "GSI2")

        assert "DDB-02" in assembly_of(stack).rules


# The patterns, the option they are wrong in, and what its message has to tell.
REFUSED: dict[str, tuple[list[Any], str]] = {
    "an unknown index": (
        [AccessPattern("Open orders", OWN, index="GSI2"), ORDERS],
        r"access_patterns\[0\].index='GSI2' is none of the indexes \['GSI1'\]; add a",
    ),
    "an index that none uses": (
        [ORDERS],
        "indexes='GSI1' serves none of the access_patterns.*take it out",
    ),
    "no patterns at all": ([], "indexes='GSI1' serves none of the access_patterns"),
    "two of one name": (
        [ORDERS, ORDERS],
        r"access_patterns\[1\].name='Orders' is the name of two patterns",
    ),
    "a pattern without a name": (
        [AccessPattern(" ", OWN)],
        r"access_patterns\[0\].name=' ' is empty; write 'Orders of a tenant'",
    ),
    "a pattern without a partition": (
        [AccessPattern("Orders", "")],
        r"access_patterns\[0\].partition='' is empty; write 'TENANT#{tenant}'",
    ),
    "an empty condition": (
        [AccessPattern("Orders", OWN, "")],
        r"access_patterns\[0\].sort='' is empty; write 'begins_with ORDER#'",
    ),
    "an empty index": (
        [AccessPattern("Orders", OWN, index="")],
        r"access_patterns\[0\].index='' is empty; write 'GSI1'",
    ),
    "a condition that needs the whole partition": (
        [AccessPattern("Orders", OWN, "contains BOOK")],
        r"access_patterns\[0\].sort='contains BOOK' is no condition on a sort key; ",
    ),
    "a comparison with nothing": (
        [AccessPattern("Orders", OWN, "= ")],
        r"access_patterns\[0\].sort='= ' is no condition on a sort key",
    ),
    "a range without an end": (
        [AccessPattern("Orders", OWN, "between 1 and ")],
        r"access_patterns\[0\].sort='between 1 and ' is no condition",
    ),
    "a partition of all tenants": (
        [AccessPattern("Orders", "ORDERS")],
        r"access_patterns\[0\].partition='ORDERS' is no partition of one tenant; write",
    ),
    "a partition that goes on": (
        [AccessPattern("Orders", f"{OWN}#ORDERS")],
        r"access_patterns\[0\].partition='TENANT#{tenant}#ORDERS' is no partition of o",
    ),
    "a partition of look-alikes": (
        [AccessPattern("Orders", f"{OWN}0")],
        r"access_patterns\[0\].partition='TENANT#{tenant}0' is no partition of one",
    ),
}
WRONG_KIND: dict[str, tuple[Any, str]] = {
    "a pattern that is text": ("Orders", r"access_patterns\[0\]='Orders' is no Access"),
    "a name that is none": (
        AccessPattern(None, OWN),  # type: ignore[arg-type]
        r"access_patterns\[0\].name=None is no text; write 'Orders of a tenant'",
    ),
    "a partition that is none": (
        AccessPattern("Orders", None),  # type: ignore[arg-type]
        r"access_patterns\[0\].partition=None is no text",
    ),
    "a condition that is a number": (
        AccessPattern("Orders", OWN, 1),  # type: ignore[arg-type]
        r"access_patterns\[0\].sort=1 is no text",
    ),
    "an index that is no name": (
        AccessPattern("Orders", OWN, index=LED),  # type: ignore[arg-type]
        r"access_patterns\[0\].index=TableIndex.* is no text; write 'GSI1'",
    ),
    "a tenant, perhaps": (
        AccessPattern("Orders", OWN, tenant=None),  # type: ignore[arg-type]
        r"access_patterns\[0\].tenant=None is neither True nor False",
    ),
}


class TestRefused:
    @pytest.mark.parametrize(("patterns", "message"), REFUSED.values(), ids=REFUSED)
    def test_values(self, stack, patterns, message):
        """What no key serves, or no pattern uses, is an error."""
        with pytest.raises(ValueError, match=f"^TenantTable 'Stack/Data': {message}"):
            written(stack, *patterns, indexes=[LED])

    @pytest.mark.parametrize(
        ("pattern", "message"), WRONG_KIND.values(), ids=WRONG_KIND
    )
    def test_kinds(self, stack, pattern, message):
        """What is of the wrong kind is an error by itself."""
        with pytest.raises(TypeError, match=f"^TenantTable 'Stack/Data': {message}"):
            written(stack, pattern)

    def test_an_index_that_is_not_led_by_the_tenant(self, stack):
        """No tenant's role may ask it, so the pattern would fail."""
        pattern = AccessPattern("Open orders", OWN, index="GSI1")

        message = r"access_patterns\[0\].index='GSI1' is not led by the tenant.*tenant"
        with pytest.raises(ValueError, match=message):
            written(stack, pattern, indexes=[TableIndex("GSI1")])

    def test_look_alikes_of_keys_that_go_on(self, stack):
        """Without the delimiter, tenant 1 would ask for what is of tenant 10."""
        pattern = AccessPattern("Orders", f"{OWN}0#ORDERS")

        message = "write 'TENANT#{tenant}', or begin with 'TENANT#{tenant}#', or say"
        with pytest.raises(ValueError, match=message):
            written(stack, pattern, compound_keys=True)

    @pytest.mark.parametrize("index", [None, "GSI1"], ids=["table", "index"])
    def test_a_condition_without_a_sort_key(self, stack, index):
        """There is nothing that could be compared."""
        pattern = AccessPattern("Orders", OWN, "= NOW", index=index)
        led = TableIndex("GSI1", sort_key=None, tenant_led=True)

        what = "index GSI1" if index else "table"
        message = f"sort='= NOW' is asked of a {what} that has no sort key; give it one"
        with pytest.raises(ValueError, match=message):
            written(stack, pattern, sort_key=None, indexes=[led] if index else [])


class TestMarkdown:
    def test_is_a_table(self, stack):
        """Each pattern has a line: who asks, what serves it, and how."""
        by_state = AccessPattern("Open orders", OWN, "begins_with OPEN#", "GSI1")
        by_day = AccessPattern(
            "Orders of a day", "{day}", "between {from} and {to}", "ByDay", tenant=False
        )
        one = AccessPattern("One order", OWN, "= ORDER#{order}")
        number = dynamodb.AttributeType.NUMBER
        time = dynamodb.Attribute(name="Time", type=number)
        data = written(
            stack,
            ORDERS,
            one,
            by_state,
            by_day,
            indexes=[LED, TableIndex("ByDay", "Day_", time)],
        )

        assert (
            """\
| Access pattern | Asked by | Served by | Key condition |
|---|---|---|---|
| Orders | tenant | table | `PK = TENANT#{tenant}` |
| One order | tenant | table | `PK = TENANT#{tenant}` and `SK = ORDER#{order}` |
| Open orders | tenant | `GSI1` | `GSI1PK = TENANT#{tenant}` and `begins_with(GSI1SK, OPEN#)` |
| Orders of a day | back office | `ByDay` | `Day_ = {day}` and `Time between {from} and {to}` |
"""  # noqa: E501 - lines of the document
            == data.access_patterns_markdown()
        )

    def test_escapes_what_divides_cells(self, stack):
        """A delimiter that Markdown knows stays in its cell."""
        pattern = AccessPattern("A | B", "T|{tenant}")
        data = written(stack, pattern, key_format="T|{tenant}")

        last = data.access_patterns_markdown().splitlines()[-1]
        assert r"| A \| B | tenant | table | `PK = T\|{tenant}` |" == last

    def test_fails_where_nothing_is_written_down(self, stack):
        """An empty document would look as if there were none."""
        data = table(stack)

        message = r"access_patterns=None are not written down; pass access_patterns=\["
        with pytest.raises(ValueError, match=message):
            data.access_patterns_markdown()

    def test_is_what_the_page_shows(self):
        """The document on the construct's page is that of the example there."""
        page = (ROOT / "docs" / "constructs" / "tenant-table.md").read_text()
        example = page.partition("```python\n")[2].partition("```")[0]
        names: dict[str, Any] = {"stack": cdk.Stack(new_app(), "Stack")}
        exec(example, names)  # noqa: S102 - the page that is under test

        assert names["orders"].access_patterns_markdown() in page
