"""Tests for `secure_constructs.checks.report.places`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.reports import a_stack, places, resource, sites

QUEUE = resource("SQS::Queue")
# The paths of two nested stacks that are equal, and of their stacks' resources.
TWINS = {
    "Data": "Shop/One/Data/Resource, Shop/Two/Data/Resource",
    "One": "Shop/One.NestedStack/One.NestedStackResource",
    "Two": "Shop/Two.NestedStack/Two.NestedStackResource",
}
NESTED = resource("CloudFormation::Stack")
INNER = {"Resources": {"Data": QUEUE}}


class TestPlace:
    @pytest.mark.parametrize(
        ("path", "construct"),
        [
            ("Shop/Files/Default/Resource", "Shop/Files"),
            ("Shop/Files/Resource", "Shop/Files"),
            ("Shop/Files/Default/Policy/Resource", "Shop/Files/Default/Policy"),
            ("Shop/Files/Permission", "Shop/Files/Permission"),
            ("Shop/Resource", "Shop"),
            ("Resource", "Resource"),
        ],
    )
    def test_has_the_path_of_its_construct(self, path, construct):
        """The ids that CDK adds at the end are not its reader's."""
        found = places(a_stack({"Files": QUEUE}, paths={"Files": path}))

        assert construct == found[path].construct

    def test_stands_at_its_logical_id_without_a_path(self):
        """A template that CDK did not make has no paths."""
        found = places(a_stack({"Files": QUEUE}, paths={}))

        assert ["Files"] == list(found)

    @pytest.mark.parametrize(
        ("record", "path", "is_main"),
        [
            ({"Tier": "production"}, "Shop/Files/Default/Resource", True),
            ({"Tier": "production"}, "Shop/Files/Default", True),
            ({"Tier": "production"}, "Shop/Files/Logs/Resource", False),
            (None, "Shop/Files/Default/Resource", False),
        ],
    )
    def test_may_be_why_a_construct_is_there(self, record, path, is_main):
        """That is the recorded resource called Default, not one beside it."""
        stack = a_stack(
            {"Files": resource("SQS::Queue", record)}, paths={"Files": path}
        )

        assert is_main == places(stack)[path].is_main


class TestSitesOf:
    def test_tell_equal_nested_stacks_apart(self):
        """What two templates share stands once in each nested stack."""
        stack = a_stack(
            {"One": NESTED, "Two": NESTED}, paths=TWINS, nested=[INNER, INNER]
        )

        assert ["Shop/One/Data/Resource", "Shop/Two/Data/Resource"] == [
            site.places["Data"].path for site in sites(stack)[1:]
        ]

    def test_have_the_path_of_their_nested_stack(self):
        """The stack itself is in no other."""
        stack = a_stack(
            {"One": NESTED, "Two": NESTED}, paths=TWINS, nested=[INNER, INNER]
        )

        assert ["", "Shop/One", "Shop/Two"] == [site.home for site in sites(stack)]

    def test_are_in_the_innermost_nested_stack(self):
        """A nested stack may hold another."""
        paths = {
            "Outer": "Shop/Outer.NestedStack/Outer.NestedStackResource",
            "Inner": "Shop/Outer/Inner.NestedStack/Inner.NestedStackResource",
            "Data": "Shop/Outer/Inner/Data/Resource",
        }
        middle = {"Resources": {"Inner": NESTED}}
        stack = a_stack({"Outer": NESTED}, paths=paths, nested=[middle, INNER])

        assert ["", "Shop/Outer", "Shop/Outer/Inner"] == [
            site.home for site in sites(stack)
        ]

    def test_have_no_home_where_no_path_says_so(self):
        """A nested template whose paths are not known is in nothing known."""
        stack = a_stack({"One": NESTED}, paths={}, nested=[INNER])

        assert ["", ""] == [site.home for site in sites(stack)]

    def test_are_called_by_their_file_where_names_are_equal(self):
        """Two folders may hold a template of the same name."""
        one, two = (
            a_stack({"Data": QUEUE}, folder=Path(folder)) for folder in ("/a", "/b")
        )

        assert ["/a/Shop.template.json", "/b/Shop.template.json"] == [
            site.name for site in sites(one, two)
        ]

    def test_are_called_as_their_stack(self):
        """A name that is there once says enough."""
        assert ["Shop"] == [site.name for site in sites(a_stack({"Data": QUEUE}))]
