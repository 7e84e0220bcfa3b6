"""Tests for `secure_constructs.checks.report.parts`."""

from __future__ import annotations

import pytest

from secure_constructs.checks.report.parts import Part, parts_of, plain
from tests.support.reports import a_stack, places, resource

QUEUE = resource("SQS::Queue")
BUCKET = resource("S3::Bucket")


def parts(resources, paths=None) -> dict[str, Part]:
    """Return the constructs of a stack by their paths."""
    found = places(a_stack(resources, paths=paths)).values()
    return {part.path: part for part in parts_of("Shop", found)}


class TestPartsOf:
    def test_a_resource_belongs_to_the_construct_of_ours_around_it(self):
        """The nearest one: a route stands in its bus, and is a thing of its own."""
        ours = resource("Events::Rule", {"Construct": "EventRoute"})
        bus = resource("Events::EventBus", {"Construct": "AppEventBus"})
        paths = {
            "Bus": "Shop/Bus/Default/Resource",
            "Rule": "Shop/Bus/Placed/Default/Resource",
            "Queue": "Shop/Bus/Placed/DeadLetterQueue/Resource",
            "Other": "Shop/Bus/DeadLetterQueue/Resource",
        }
        found = parts({"Bus": bus, "Rule": ours, "Queue": QUEUE, "Other": QUEUE}, paths)

        assert {"Shop/Bus": 2, "Shop/Bus/Placed": 2} == {
            path: len(part.places) for path, part in found.items()
        }

    def test_a_resource_belongs_to_the_outermost_other_construct_around_it(self):
        """A role below a function, and a policy below the role, are the function's."""
        function = resource("Lambda::Function")
        role, policy = resource("IAM::Role"), resource("IAM::Policy")
        paths = {
            "Fn": "Shop/Api/Fn/Resource",
            "Role": "Shop/Api/Fn/ServiceRole/Resource",
            "Policy": "Shop/Api/Fn/ServiceRole/DefaultPolicy/Resource",
        }
        found = parts({"Fn": function, "Role": role, "Policy": policy}, paths)

        assert ["Shop/Api/Fn"] == list(found)

    def test_what_only_stands_beside_each_other_is_not_one(self):
        """A construct without a resource of its own only groups others."""
        paths = {"A": "Shop/Api/A/Resource", "B": "Shop/Api/B/Resource"}

        assert ["Shop/Api/A", "Shop/Api/B"] == list(
            parts({"A": QUEUE, "B": QUEUE}, paths)
        )

    def test_a_helper_of_cdk_is_one(self):
        """Its function and its role have nothing in common but their name."""
        helper = "Shop/Custom::S3AutoDeleteObjectsCustomResourceProvider"
        paths = {"Role": f"{helper}/Role", "Handler": f"{helper}/Handler"}
        found = parts({"Role": QUEUE, "Handler": QUEUE}, paths)

        assert {helper: "CDK custom resource"} == {
            path: part.kind for path, part in found.items()
        }

    def test_are_in_their_stack(self):
        """Two stacks may have constructs of the same path."""
        assert "Shop" == parts({"Queue": QUEUE})["Shop/Queue"].source


class TestPart:
    def test_is_of_the_kind_that_was_recorded(self):
        """Ours say what they are, by the resource that they are there for."""
        ours = resource("S3::Bucket", {"Construct": "SecureBucket"})
        paths = {
            "Policy": "Shop/Files/Default/Policy/Resource",
            "Files": "Shop/Files/Default/Resource",
        }
        found = parts({"Policy": QUEUE, "Files": ours}, paths)

        assert "SecureBucket" == found["Shop/Files"].kind

    @pytest.mark.parametrize("record", [None, {"Tier": "production"}])
    def test_is_of_its_type_where_nothing_was_recorded(self, record):
        """Other constructs are what they consist of."""
        found = parts({"Files": resource("S3::Bucket", record)})

        assert "S3 Bucket" == found["Shop/Files"].kind

    def test_counts_its_types(self):
        """One of a type goes without a number."""
        paths = {
            "Q": "Shop/Q/Resource",
            "P": "Shop/Q/Policy/Resource",
            "D": "Shop/Q/Dead/Resource",
        }
        policy = resource("SQS::QueuePolicy")
        found = parts({"Q": QUEUE, "P": policy, "D": QUEUE}, paths)

        assert "2 SQS Queue, SQS QueuePolicy" == found["Shop/Q"].types


class TestPlain:
    @pytest.mark.parametrize(
        ("type_", "words"),
        [
            ("AWS::SQS::Queue", "SQS Queue"),
            ("Custom::S3AutoDeleteObjects", "Custom S3AutoDeleteObjects"),
        ],
    )
    def test_is_without_colons(self, type_, words):
        """A type is read as words."""
        assert words == plain(type_)
