"""Tests for `secure_constructs.checks.findings`: what is found, and what not seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks.findings import Finding, Unjudged, judge
from secure_constructs.checks.reading import TemplateFile
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource, Template

FILE = Path("orders.yaml")
BUCKET = "AWS::S3::Bucket"


@rule("T-01", BUCKET, "T::Two", why="Why.", fix="Fix.")
def named(resource: Resource) -> Iterator[Breach]:
    """Every resource has a name."""
    if resource.read("Name") is None:
        yield Breach("Properties.Name", "it has no name")
        yield Breach("Properties.Alias", "it has no name")


@rule("T-02", "*", why="Why.", fix="Fix.")
def unmarked(resource: Resource) -> Iterator[Breach]:
    """No resource is marked."""
    if resource.read("Mark"):
        yield Breach("Properties.Mark", "it is marked")


@rule("T-03", BUCKET, why="Why.", fix="Fix.")
def careless(resource: Resource) -> Iterator[Breach]:
    """Reads a list as if there was one."""
    if resource.read("List")[0]:
        yield Breach("Properties.List", "it has a list")


def found(
    resources: dict[str, Any],
    *rules: Any,
    paths: Any = None,
    acks: Any = None,
    **body: Any,
) -> list[Finding | Unjudged]:
    """Return what *rules* find in a template of *resources*."""
    template = Template({"Resources": resources, **body})
    source = TemplateFile(FILE, template, paths or {}, acks or {})
    return list(judge(source, rules or (named, unmarked)))


def places(*arguments: Any, **options: Any) -> list[tuple[str, str, str | None]]:
    """Return the rules, places and reasons of what is found."""
    each_found = found(*arguments, **options)
    return [
        (each.rule.id, each.place, each.waived)
        for each in each_found
        if isinstance(each, Finding)
    ]


def unjudged(*arguments: Any, **options: Any) -> list[str]:
    """Return what is said of what cannot be judged."""
    each_found = found(*arguments, **options)
    return [str(each) for each in each_found if isinstance(each, Unjudged)]


def bucket(record: Any = None, **properties: Any) -> dict[str, Any]:
    """Return a bucket."""
    metadata = {"Metadata": {"SecureConstructs": record}} if record else {}
    return {"Type": BUCKET, "Properties": properties, **metadata}


class TestFindings:
    def test_say_all_there_is_to_know(self):
        """A finding has the rule, the resource, its places and the file."""
        (each,) = found({"Data": bucket()}, named, paths={"Data": "App/Data"})
        assert isinstance(each, Finding)

        assert (named, "Data", "orders.yaml", FILE, "App/Data", None) == (
            each.rule,
            each.resource.logical_id,
            each.source,
            each.file,
            each.path,
            each.waived,
        )
        assert ["Properties.Name", "Properties.Alias"] == [
            each.location for each in each.breaches
        ]

    def test_say_each_problem_once(self):
        """A problem in two places is one."""
        (each,) = found({"Data": bucket()}, named)
        assert isinstance(each, Finding)

        assert "it has no name" == each.problem

    def test_are_one_for_each_rule_and_resource(self):
        """Each rule is asked once at each resource of its types, or of any."""
        resources = {"A": bucket(Mark=1), "B": {"Type": "T::Two"}, "C": {"Type": "T"}}

        assert [
            ("T-01", "A", None),
            ("T-02", "A", None),
            ("T-01", "B", None),
        ] == places(resources)

    @pytest.mark.parametrize(
        "name",
        [
            "CustomS3AutoDeleteObjectsCustomResourceProviderHandler9D90184F",
            "CustomVpcRestrictDefaultSGCustomResourceProviderRole26592FE0",
            "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8aFD4BFC8A",
            "BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691",
        ],
    )
    def test_are_none_at_helpers_of_cdk(self, name):
        """What CDK adds for its own use cannot be set up in another way."""
        assert [] == places({name: bucket()})

    @pytest.mark.parametrize("name", ["CustomerData", "LogRetentionFunction"])
    def test_are_those_of_names_that_are_alike(self, name):
        """What a user made is judged, whatever it is called."""
        assert [("T-01", name, None)] == places({name: bucket()})


class TestWaivers:
    REASON = "rebuilt every night"

    def test_are_read_from_the_record(self):
        """A waiver of the rule stands in the metadata of the resource."""
        record = {"Waivers": {"T-01": {"Reason": self.REASON}}}

        assert [("T-01", "Data", self.REASON)] == places({"Data": bucket(record)})

    def test_may_lack_a_reason(self):
        """That is a finding of another rule."""
        record: Any = {"Waivers": {"T-01": {}}}

        assert [("T-01", "Data", "")] == places({"Data": bucket(record)})

    def test_are_for_one_rule(self):
        """The waiver of one rule is none of another."""
        record = {"Waivers": {"T-02": {"Reason": self.REASON}}}

        assert [("T-01", "Data", None)] == places({"Data": bucket(record)})

    @pytest.mark.parametrize("at", ["App", "App/Part", "App/Part/Data"])
    def test_are_acknowledgements(self, at):
        """An acknowledgement holds for the construct and for all that is in it."""
        found = places(
            {"Data": bucket()},
            paths={"Data": "App/Part/Data"},
            acks={at: {"SecureConstructs::T-01": self.REASON}},
        )

        assert [("T-01", "App/Part/Data", self.REASON)] == found

    @pytest.mark.parametrize(
        ("at", "rule_id"),
        [
            ("App/Part/Da", "SecureConstructs::T-01"),
            ("App/Part/Data/More", "SecureConstructs::T-01"),
            ("App/Part/Data", "SecureConstructs::T-02"),
            ("App/Part/Data", "T-01"),
        ],
    )
    def test_are_no_other_acknowledgements(self, at, rule_id):
        """One of a neighbour, of another rule or of another pack does not count."""
        found = places(
            {"Data": bucket()},
            paths={"Data": "App/Part/Data"},
            acks={at: {rule_id: self.REASON}},
        )

        assert [("T-01", "App/Part/Data", None)] == found

    @pytest.mark.parametrize(
        ("second", "expected"),
        [
            ({}, None),
            ({"SecureConstructs::T-01": "it is small"}, f"{REASON}; it is small"),
        ],
    )
    def test_are_needed_of_all_who_share_a_template(self, second, expected):
        """Nested stacks that are equal are one template, which each acknowledges."""
        found = places(
            {"Data": bucket()},
            paths={"Data": "App/One/Data, App/Two/Data"},
            acks={
                "App/One": {"SecureConstructs::T-01": self.REASON},
                "App/Two": second,
            },
        )

        assert [expected] == [waived for _, _, waived in found]


class TestUnjudged:
    @pytest.mark.parametrize("macro", ["Mine", {"Name": "Mine"}, ["AWS::X", "Mine"]])
    def test_are_templates_with_macros(self, macro):
        """A macro may change all of them, so nothing is said of what it gets."""
        (each,) = found({"Data": bucket()}, Transform=macro)

        assert "orders.yaml: the template cannot be judged: the macro Mine " in str(
            each
        )

    def test_are_not_those_with_macros_of_aws(self):
        """What these change is known."""
        options = {"Transform": ["AWS::LanguageExtensions", {"Name": "AWS::Include"}]}

        assert [("T-01", "Data", None)] == places({"Data": bucket()}, **options)
        assert [] == unjudged({"Data": bucket()}, **options)

    @pytest.mark.parametrize(
        ("name", "body", "why"),
        [
            ("Fn::ForEach::A", ["X", ["a"], {}], "only the deployment makes resources"),
            ("Fn::Transform", {"Name": "AWS::Include"}, "only the deployment makes"),
            ("A", "text", "it is no resource with a type"),
            ("A", {}, "it is no resource with a type"),
            ("A", None, "it is no resource with a type"),
            ("A", {"Type": "AWS::Serverless::Api"}, "AWS SAM decides what becomes of"),
        ],
    )
    def test_are_resources_that_cannot_be_seen(self, name, body, why):
        """The others are judged all the same."""
        resources = {name: body, "Data": bucket()}

        assert [("T-01", "Data", None)] == places(resources, named)
        assert f"orders.yaml: {name} cannot be judged: {why}" in unjudged(resources)[0]

    def test_are_resources_that_a_rule_fails_at(self):
        """What no rule expects is not taken for kept, and other rules go on."""
        resources = {"Data": bucket(List=3)}
        (said,) = unjudged(resources, careless, named)

        assert "Data by T-03 cannot be judged: it is not written as" in said
        assert [("T-01", "Data", None)] == places(resources, careless, named)

    def test_are_resources_whose_record_is_broken(self):
        """A waiver that is none does not waive."""
        resources = {"Data": bucket({"Waivers": {"T-01": "a reason"}})}
        (said,) = unjudged(resources, named)

        assert "Data by T-01 cannot be judged" in said

    @pytest.mark.parametrize("metadata", [None, "text", {"SecureConstructs": "text"}])
    def test_are_not_those_with_other_metadata(self, metadata):
        """Metadata is everybody's."""
        resources = {"Data": {"Type": BUCKET, "Metadata": metadata}}

        assert [("T-01", "Data", None)] == places(resources)
