"""Tests for `secure_constructs.testing.writing`: templates that people review."""

from __future__ import annotations

import json

import pytest

from secure_constructs.testing.writing import written


def test_is_json():
    """Whatever reads JSON reads a snapshot."""
    template = {"Resources": {"Ä": {"Type": "T", "Properties": {"a": [1, None, {}]}}}}

    assert template == json.loads(written(template))


def test_short_values_take_one_line():
    """A reviewer scrolls little."""
    template = {"Resources": {"Data": {"Type": "T", "Tags": [{"Key": "a"}]}}}

    assert (
        '{"Resources": {"Data": {"Type": "T", "Tags": [{"Key": "a"}]}}}\n'
        == written(template)
    )


def test_long_values_take_more():
    """A line has no more than 88 characters if it can be broken."""
    names = ["a" * 20, "b" * 20, "c" * 20]
    lines = written({"Resources": {"Data": {"Type": "T", "Names": names}}}).splitlines()

    assert [
        "{",
        '  "Resources": {',
        '    "Data": {',
        '      "Type": "T",',
        f'      "Names": ["{names[0]}", "{names[1]}", "{names[2]}"]',
        "    }",
        "  }",
        "}",
    ] == lines


def test_long_lists_take_a_line_each():
    """What does not fit is broken after each value."""
    names = ["a" * 40, "b" * 40]
    text = written({"Resources": {"Data": {"Names": names}}})

    assert f'        "{names[0]}",\n        "{names[1]}"\n      ]' in text


@pytest.mark.parametrize(("length", "lines"), [(87, 1), (88, 4)])
def test_breaks_where_it_has_to(length, lines):
    """Eighty-seven characters fit on a line, eighty-eight do not."""
    rest = len('{"A": "", "Resources": {}}')
    text = written({"Resources": {}, "A": "x" * (length - rest)})

    assert lines == len(text.splitlines())


def test_is_in_a_settled_order():
    """The order in which an app makes its resources is no change."""
    first = {
        "Resources": {"A": {"Type": "T", "P": {"a": 1, "b": 2}}, "B": {"Type": "T"}}
    }
    second = {
        "Resources": {"B": {"Type": "T"}, "A": {"P": {"b": 2, "a": 1}, "Type": "T"}}
    }

    assert written(first) == written(second)


def test_the_order_of_lists_stays():
    """That of a list may mean something."""
    first, second = ({"Resources": {}, "A": each} for each in ([1, 2], [2, 1]))

    assert written(first) != written(second)


def test_the_type_comes_first():
    """What a resource is stands before what it is made of."""
    names = ["Type", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"]
    resource = dict.fromkeys(["Metadata", "Properties", *reversed(names)], "x")
    text = written({"Resources": {"Data": resource}})

    assert [*names, "Metadata", "Properties"] == list(
        json.loads(text)["Resources"]["Data"]
    )


def test_resources_come_last():
    """They are what there is most of."""
    text = written({"Resources": {}, "Outputs": {}, "Parameters": {}})

    assert ["Outputs", "Parameters", "Resources"] == list(json.loads(text))


def test_a_template_without_resources_has_none():
    """An empty stack is written as one."""
    assert '{"Resources": {}}\n' == written({})
