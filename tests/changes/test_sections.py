"""Outputs, and the sections that only describe."""

from __future__ import annotations

import pytest

from secure_constructs.changes import Change, Effect, compare


def exported(name: object = "orders", value: object = "a", **more: object) -> object:
    """Return an output that other stacks can import."""
    return {"Value": value, "Export": {"Name": name}, **more}


def outputs(**found: object) -> dict[str, object]:
    """Return a template with the outputs *found*."""
    return {"Resources": {}, "Outputs": found}


def only(old: dict[str, object], new: dict[str, object]) -> Change:
    """Return the one change between *old* and *new*."""
    (change,) = compare(old, new)
    return change


class TestExports:
    @pytest.mark.parametrize(
        "new", [{}, {"A": {"Value": "a"}}, {"A": exported("shop")}, {"A": "broken"}]
    )
    def test_one_that_goes(self, new):
        """A stack that imports it makes CloudFormation refuse the update."""
        change = only(outputs(A=exported()), outputs(**new))

        assert (Effect.BEHAVIOUR, "A", "Output") == (
            change.effect,
            change.place,
            change.type,
        )
        assert "its export goes: as long as a stack imports it" in change.why
        assert "export_value" in change.way_out

    @pytest.mark.parametrize(
        "new",
        [exported(value="b"), exported(value={"Ref": "B"}), exported(Condition="C")],
    )
    def test_one_with_another_value(self, new):
        """That is refused as well."""
        change = only(outputs(A=exported()), outputs(A=new))

        assert Effect.BEHAVIOUR == change.effect
        assert "its export has another value" in change.why

    def test_one_under_another_output(self):
        """Importing stacks know the name of the export, and no other."""
        changes = compare(outputs(A=exported()), outputs(B=exported()))

        assert {Effect.HARMLESS} == {each.effect for each in changes}

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ({"Value": "a"}, {"Value": "b"}),
            ({"Value": "a"}, exported()),
            (exported(), exported(Description="orders")),
        ],
    )
    def test_what_nobody_imports(self, old, new):
        """Other outputs are only shown."""
        change = only(outputs(A=old, B={"Value": 1}), outputs(A=new, B={"Value": 1}))

        assert (Effect.HARMLESS, "A") == (change.effect, change.place)


class TestOthers:
    @pytest.mark.parametrize(
        "section", ["Description", "Metadata", "Conditions", "Mappings", "Rules"]
    )
    def test_are_harmless(self, section):
        """What they change is said where they are used."""
        change = only(outputs(), {**outputs(), section: {"a": "b"}})

        assert (Effect.HARMLESS, section) == (change.effect, change.place)
        assert (None, {"a": "b"}) == (change.old, change.new)
        assert not change.fails
