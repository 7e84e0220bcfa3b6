"""Changes in words, and the changes that somebody accepted."""

from __future__ import annotations

import pytest

from secure_constructs.changes import compare, needs_attention, written
from tests.support.changes import NAME, changed, resource, template

TABLE = "AWS::DynamoDB::Table"
RENAMED = changed(TABLE, {"TableName": "a"}, {"TableName": "b", "BillingMode": "x"})
MIXED = compare(
    template(
        Old=resource("AWS::IAM::Role"),
        Orders=resource(TABLE, TableName="a"),
        Queue=resource("AWS::SQS::Queue", MessageRetentionPeriod=99, DelaySeconds=1),
    ),
    template(
        Orders=resource(TABLE, TableName="b", Tags=[]),
        Queue=resource("AWS::SQS::Queue", MessageRetentionPeriod=60, DelaySeconds=2),
        New=resource("AWS::SQS::Queue"),
    ),
)


class TestWritten:
    def test_names_all_of_it(self):
        """The message is enough to know what to do."""
        assert (
            "Replaced or removed:\n"
            "  Orders (AWS::DynamoDB::Table)\n"
            '    TableName: "a" -> "b"\n'
            "    Why: the resource is replaced: this property cannot change in place. "
            "The old one stays outside the stack, and the new one is empty.\n"
            "    Way out: keep the value that it has; or make a second resource, move "
            "the data, then remove the first."
        ) == written(needs_attention(RENAMED))

    def test_groups_by_effect(self):
        """The most serious changes come first, those that fail before others."""
        lines = written(MIXED).splitlines()

        assert [
            "Replaced or removed:",
            "Data may be lost:",
            "Behaviour changes:",
            "Added:",
            "Harmless:",
        ] == [line for line in lines if not line.startswith(" ")]
        assert [NAME, "Old", "Queue", "Queue", "New", NAME] == [
            line.split()[0]
            for line in lines
            if line.startswith("  ") and line[2] != " "
        ]

    def test_is_the_same_in_any_order_of_the_template(self):
        """The order of resources in a file says nothing."""
        body = {"A": resource("AWS::SQS::Queue"), "B": resource(TABLE)}
        turned = dict(reversed(body.items()))

        assert compare({"Resources": body}, template()) == compare(
            {"Resources": turned}, template()
        )

    def test_says_the_construct(self):
        """The path leads to the line of code."""
        body = {**resource(TABLE), "Metadata": {"aws:cdk:path": "Shop/Orders"}}

        text = written(compare(template(Orders=body), template()))

        assert "  Orders (AWS::DynamoDB::Table, Shop/Orders)" in text
        assert "->" not in text

    def test_cuts_long_values(self):
        """A value stays on its line."""
        found = changed(TABLE, {}, {"TableName": "a" * 200})

        assert max(map(len, written(found).splitlines())) < 180
        assert f'"{"a" * 116}...' in written(found)

    def test_shows_of_lists_what_differs(self):
        """Among many elements the one that came is seen."""
        shared = [f"shared{each}" for each in range(50)]
        old, new = ({"ManagedPolicyArns": [*shared, *each]} for each in ([], ["new"]))

        text = written(changed("AWS::IAM::Role", old, new))

        assert 'ManagedPolicyArns: [] -> ["new"]' in text

    def test_shows_the_order(self):
        """Lists that differ in nothing else are shown whole."""
        old, new = ({"Layers": each} for each in (["a", "b"], ["b", "a"]))

        text = written(changed("AWS::Lambda::Function", old, new))

        assert 'Layers: ["a", "b"] -> ["b", "a"]' in text

    def test_shows_of_policies_what_differs(self):
        """A statement that came is seen, however many there are."""
        read, write = ({"Effect": "Allow", "Action": each} for each in "rw")
        old, new = (
            {"PolicyDocument": {"Version": "2012-10-17", "Statement": each}}
            for each in ([read], [read, write])
        )

        text = written(changed("AWS::SQS::QueuePolicy", old, new))

        assert 'PolicyDocument: [] -> [{"Action": "w", "Effect": "Allow"}]' in text

    def test_shows_policies_that_are_no_lists(self):
        """A single statement is shown as it is."""
        old, new = (
            {"PolicyDocument": {"Statement": {"Action": each}}} for each in "rw"
        )

        text = written(changed("AWS::SQS::QueuePolicy", old, new))

        assert 'PolicyDocument: {"Action": "r"} -> {"Action": "w"}' in text

    @pytest.mark.parametrize(
        ("type_", "old", "new"),
        [
            (
                "AWS::RDS::DBCluster",
                {"MasterUserPassword": "hunter1"},
                {"MasterUserPassword": "hunter2"},
            ),
            (
                "AWS::Lambda::Function",
                {"Environment": {"Variables": {"DB_PASSWORD": "hunter1"}}},
                {"Environment": {"Variables": {"DB_PASSWORD": "hunter2"}}},
            ),
            ("AWS::SecretsManager::Secret", {}, {"SecretString": "hunter2"}),
        ],
    )
    def test_shows_no_secrets(self, type_, old, new):
        """What should not be in a template does not get into a comment too."""
        text = written(changed(type_, old, new))

        assert "hunter" not in text
        assert ": (a secret, which is not shown)" in text

    def test_shows_what_is_about_secrets(self):
        """How long a token is valid is no secret."""
        found = changed("AWS::Cognito::UserPoolClient", {}, {"AccessTokenValidity": 5})

        assert "AccessTokenValidity: (nothing) -> 5" in written(found)

    def test_says_that_there_is_nothing(self):
        """Silence could be anything."""
        assert "No changes." == written([])


class TestAllow:
    @pytest.mark.parametrize("place", ["Orders", "Orders.TableName"])
    def test_takes_out_what_is_accepted(self, place):
        """A resource, or one property of it."""
        assert [] == needs_attention(RENAMED, allow={place: "copied by hand"})

    def test_what_is_in_a_property(self):
        """A property stands for all that is in it."""
        ttl = {"TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True}}
        allow = {"Orders.TimeToLiveSpecification": "no item has an end"}

        assert [] == needs_attention(changed(TABLE, {}, ttl), allow)

    def test_leaves_the_rest(self):
        """What was not accepted still needs attention."""
        found = needs_attention(MIXED, {"Orders": "copied by hand"})

        assert ["Queue.MessageRetentionPeriod"] == [each.place for each in found]

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_wants_a_reason(self, reason):
        """An acceptance without a reason tells the next reader nothing."""
        with pytest.raises(ValueError, match="allow='Orders' has no reason; say why"):
            needs_attention(RENAMED, {"Orders": reason})

    @pytest.mark.parametrize(
        "place", ["Other", "Order", "Orders.Table", "Orders.TableName.0", "New"]
    )
    def test_wants_something_to_allow(self, place):
        """One that matches nothing would accept the next change unseen."""
        changes = [*RENAMED, *MIXED]

        with pytest.raises(ValueError, match=f"{place}' matches no change that fails;"):
            needs_attention(changes, {place: "copied by hand"})

    def test_wants_something_that_may_cost_data(self):
        """Other code of a function has nothing to accept."""
        changes = changed("AWS::Lambda::Function", {"Handler": "a"}, {"Handler": "b"})

        with pytest.raises(ValueError, match="matches no change that fails"):
            needs_attention(changes, {"Orders": "copied by hand"})
