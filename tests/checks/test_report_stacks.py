"""Tests for `secure_constructs.checks.report.stacks`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from secure_constructs.checks import RULES
from secure_constructs.checks.findings import judge
from secure_constructs.checks.report.stacks import Stack, stacks_of
from secure_constructs.checks.report.verdicts import State, Verdicts
from tests.support.reports import AStack, a_stack, resource, sites

QUEUE = resource("SQS::Queue")
KEY = resource("KMS::Key")


def stacks(*found: AStack) -> dict[str, Stack]:
    """Return the stacks as the report shows them."""
    judged = [each for stack in found for each in judge(stack, RULES)]
    shown = stacks_of(sites(*found), Verdicts(RULES, judged))
    return {stack.name: stack for stack in shown}


def only(**other: Any) -> Stack:
    """Return the only stack, made with *other*."""
    return stacks(a_stack(other.pop("resources", {"Queue": QUEUE}), **other))["Shop"]


class TestStack:
    def test_has_its_resources(self):
        """Those of nested stacks are its own."""
        stack = only(nested=[{"Resources": {"Inner": QUEUE}}])

        assert ["Queue", "Inner"] == [
            place.resource.logical_id for place in stack.places
        ]

    def test_has_its_account_and_its_protection(self):
        """As far as they are known."""
        stack = only(account="111122223333", protected=True)

        assert ("111122223333", True) == (stack.account, stack.protected)

    def test_has_the_tiers_of_its_constructs(self):
        """Each once, in the order of the alphabet."""
        tiers = ["production", "development", "production"]
        records = [resource("SQS::Queue", {"Tier": tier}) for tier in tiers]
        resources = {f"Q{at}": each for at, each in enumerate([*records, QUEUE])}

        assert ["development", "production"] == only(resources=resources).tiers

    def test_has_its_cost(self):
        """The sum of what its resources cost."""
        (cost,) = only(resources={"One": KEY, "Two": KEY}).costs

        assert Decimal("2.00") == cost.dollars

    def test_counts_what_came_of_the_rules(self):
        """What its constructs count, together."""
        tags = [{"Key": key, "Value": "x"} for key in ("Env", "Team", "Service")]
        tagged = resource("SQS::Queue", Tags=tags)

        assert {State.BROKEN: 1, State.KEPT: 1} == only(
            resources={"One": QUEUE, "Two": tagged}
        ).counts


class TestNodes:
    def test_are_its_constructs(self):
        """Each with what came of the rules, worst first."""
        (node,) = only().nodes

        assert ("Shop/Queue", State.BROKEN) == (node.part.path, node.state)

    def test_have_no_state_without_a_rule(self):
        """No rule is about a dashboard."""
        (node,) = only(resources={"Board": resource("CloudWatch::Dashboard")}).nodes

        assert None is node.state

    def test_are_found_by_what_they_are_made_of(self):
        """The drawing knows them by that."""
        stack = only()

        assert {node.part: node for node in stack.nodes} == stack.by_part

    def test_have_what_begins_there_and_what_they_share(self):
        """Connections and badges alike."""
        fn = resource("Lambda::Function", A={"Ref": "Queue"}, B={"Ref": "Key"})
        stack = only(resources={"Fn": fn, "Queue": QUEUE, "Key": KEY})
        node = stack.nodes[0]

        assert ["Shop/Queue"] == [each.target.path for each in node.connections]
        assert ["Shop/Key"] == [badge.part.path for badge in node.badges]
        assert () == stack.nodes[1].connections

    def test_are_not_what_cdk_adds_about_itself(self):
        """Its metadata is nothing that anybody runs."""
        assert () == only(resources={"Meta": resource("CDK::Metadata")}).nodes

    def test_are_not_nested_stacks_whose_resources_are_shown(self):
        """The resources inside take their place."""
        paths = {
            "In": "Shop/In.NestedStack/In.NestedStackResource",
            "Data": "Shop/In/Data/Resource",
        }
        stack = only(
            resources={"In": resource("CloudFormation::Stack")},
            paths=paths,
            nested=[{"Resources": {"Data": QUEUE}}],
        )

        assert ["Shop/In/Data"] == [node.part.path for node in stack.nodes]

    def test_are_nested_stacks_whose_resources_are_elsewhere(self):
        """A template may name another that is not at hand."""
        stack = only(resources={"In": resource("CloudFormation::Stack")})

        assert ["Shop/In"] == [node.part.path for node in stack.nodes]


class TestDrawing:
    def test_has_a_box_for_each_construct(self):
        """Also for those that nothing connects."""
        drawing = only(resources={"One": QUEUE, "Two": QUEUE}).drawing

        assert ["Shop/One", "Shop/Two"] == [box.name.path for box in drawing.boxes]

    def test_shows_what_it_connects_to_in_other_stacks(self):
        """In the drawings of both, and of no third."""
        output = {"Value": {"Ref": "Queue"}, "Export": {"Name": "Base:Queue"}}
        base = a_stack({"Queue": QUEUE}, name="Base", outputs={"Out": output})
        variables = {"Fn::ImportValue": "Base:Queue"}
        fn = resource("Lambda::Function", Environment=variables)
        found = stacks(
            a_stack({"Fn": fn}), base, a_stack({"Other": QUEUE}, name="Third")
        )

        assert {
            "Shop": ["Base/Queue", "Shop/Fn"],
            "Base": ["Base/Queue", "Shop/Fn"],
            "Third": ["Third/Other"],
        } == {
            name: sorted(box.name.path for box in stack.drawing.boxes)
            for name, stack in found.items()
        }
