"""Tests for `secure_constructs.checks.rule`, and for what all rules have in common."""

from __future__ import annotations

import re

from collections.abc import Iterator

import pytest

from secure_constructs.checks import RULES, Breach, Resource, Template
from secure_constructs.checks.rule import rule

_EACH = pytest.mark.parametrize("each", RULES, ids=[each.id for each in RULES])


@rule("T-01", "T::One", "T::Two", why="Why.", fix="Fix.", controls=("C",), nag=("N",))
def named(resource: Resource) -> Iterator[Breach]:
    """
    Every resource has a name.

    Only this sentence is not part of the title.
    """
    if resource.read("Name") is None:
        yield Breach("Properties.Name", "it has no name")


@rule("T-02", "*", why="Why.", fix="Fix.")
def typed(resource: Resource) -> Iterator[Breach]:
    """Every resource has a type."""
    yield Breach("Type", f"it is a {resource.type}")


def resource(type_: str = "T::One", **properties: object) -> Resource:
    """Return the one resource of a template."""
    body = {"Type": type_, "Properties": properties}
    return Template({"Resources": {"Data": body}}).resources["Data"]


class TestRule:
    def test_is_made_of_a_function(self):
        """The decorator keeps what it is given."""
        assert ("T-01", ("T::One", "T::Two"), "Why.", "Fix.", ("C",), ("N",)) == (
            named.id,
            named.types,
            named.why,
            named.fix,
            named.controls,
            named.nag,
        )

    def test_has_the_first_line_as_title(self):
        """The title is the first line of the function's docstring."""
        assert "Every resource has a name." == named.title

    def test_needs_no_controls(self):
        """A rule of our own may have no equal elsewhere."""
        assert ((), ()) == (typed.controls, typed.nag)

    def test_is_an_error(self):
        """Unless it says otherwise, a breach of it is an error."""
        assert "error" == named.severity

    def test_may_be_a_warning(self):
        """A rule may say that its breach is a warning."""
        made = rule("T-03", why="Why.", fix="Fix.", severity="warning")

        assert "warning" == made(lambda _: iter(())).severity

    def test_may_have_no_title(self):
        """A function without a docstring makes a rule without a title."""
        made = rule("T-03", why="Why.", fix="Fix.")(lambda _: iter(()))

        assert "" == made.title


class TestBreaches:
    def test_are_found(self):
        """A breach says where, and what is wrong there."""
        expected = [Breach("Properties.Name", "it has no name")]

        assert expected == named.breaches(resource())

    def test_are_none_where_the_promise_is_kept(self):
        """A resource that keeps the promise has no breach."""
        assert [] == named.breaches(resource(Name="orders"))

    @pytest.mark.parametrize("type_", ["T::One", "T::Two"])
    def test_are_looked_for_in_each_type(self, type_):
        """A rule may concern several types."""
        assert named.concerns(resource(type_))

    def test_are_not_looked_for_in_other_types(self):
        """What the rule is not about does not break it."""
        assert [] == named.breaches(resource("T::Three"))

    @pytest.mark.parametrize("type_", ["T::One", ""])
    def test_are_looked_for_everywhere(self, type_):
        """A rule for `*` concerns every resource."""
        assert [Breach("Type", f"it is a {type_}")] == typed.breaches(resource(type_))


class TestRules:
    """What users read of every rule."""

    def test_have_ids_of_their_own(self):
        """No two rules share an id."""
        ids = [each.id for each in RULES]

        assert sorted(set(ids)) == sorted(ids)

    def test_are_those_of_the_checklist(self):
        """A rule that is not in the list is never run."""
        assert {
            *("S3-01", "S3-02", "S3-03", "S3-04", "S3-05", "S3-06", "S3-07", "S3-08"),
            *("S3-09", "S3-10", "S3-13", "KEY-01", "KEY-02"),
            *("DDB-02", "DDB-03", "DDB-04", "DDB-06", "DDB-07", "DDB-08", "DDB-10"),
            *("LAM-01", "LAM-02", "LAM-03", "LAM-05", "LAM-06", "LAM-08", "LAM-10"),
            *("LAM-15", "EVB-01", "EVB-02", "EVB-03", "EVB-04", "EVB-06", "EVB-08"),
            *("CDK-01", "CDK-02", "CDK-06", "CDK-07"),
        } <= {each.id for each in RULES}

    def test_are_errors_where_data_or_access_is_at_risk(self):
        """The others, about costs and about what nobody notices, are warnings."""
        warnings = {
            *("S3-05", "S3-06", "LAM-01", "LAM-02", "LAM-03", "LAM-05", "LAM-08"),
            *("DDB-02", "DDB-06", "DDB-10"),
            *("EVB-01", "EVB-02", "EVB-04", "EVB-08", "CDK-01"),
        }

        assert warnings == {each.id for each in RULES if each.severity == "warning"}

    @_EACH
    def test_have_an_id_of_the_checklist(self, each):
        """An id is a service and two digits."""
        assert re.fullmatch(r"[A-Z][A-Z0-9]+-\d\d", each.id)

    @_EACH
    def test_concern_something(self, each):
        """A rule names resource types, or all of them."""
        pattern = r"\*|AWS::\w+::\w+"

        assert each.types
        assert [] == [type_ for type_ in each.types if not re.fullmatch(pattern, type_)]

    @_EACH
    @pytest.mark.parametrize("part", ["title", "why", "fix"])
    def test_explain_themselves_in_sentences(self, each, part):
        """What users read starts with a capital, ends with a period, in one line."""
        said = getattr(each, part)

        assert re.fullmatch(r"[A-Z].+\.", said)

    @_EACH
    def test_name_rules_of_cdk_nag_with_their_pack(self, each):
        """The pack is in front, as in a finding of cdk-nag."""
        packs = (
            r"(AwsSolutions|HIPAA\.Security|NIST\.800\.53\.R[45]|PCI\.DSS\.321"
            r"|Serverless)"
        )

        assert [] == [name for name in each.nag if not re.match(rf"{packs}-\w+$", name)]
