"""Parameters, mappings and conditions: what changes resources from beside them."""

from __future__ import annotations

import json

from itertools import product

import pytest

from secure_constructs.changes import Effect, compare, needs_attention
from secure_constructs.changes.settled import Definitions
from tests.support.changes import resource, template

BUCKET = "AWS::S3::Bucket"
NAME = {"Type": "String", "Default": "a"}
STAGE = {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}


def named(value: object, **sections: object) -> dict[str, object]:
    """Return a template with a bucket whose name is *value*."""
    return {**template(Orders=resource(BUCKET, BucketName=value)), **sections}


def default(value: object, kind: str = "String") -> dict[str, object]:
    """Return a parameter `Name` whose default is *value*."""
    return {"Name": {"Type": kind, "Default": value}}


class TestParameters:
    @pytest.mark.parametrize(
        "value", [{"Ref": "Name"}, {"Fn::Sub": "${Name}"}, {"Fn::Sub": "${Name}-${X}"}]
    )
    def test_another_default(self, value):
        """What a default decides changes with it, where the stack takes the default."""
        old, new = (named(value, Parameters=default(each)) for each in ("a", "b"))

        (change,) = needs_attention(compare(old, new))

        assert "Orders.BucketName" == change.place
        assert change.old != change.new

    @pytest.mark.parametrize(
        "own",
        [
            {"x": "one", "Stack": {"Ref": "AWS::StackName"}},
            {"x": {"Ref": "Name"}},
            {"x": {"Ref": "Orders2"}},
            {"x": ["a", "list"]},
        ],
    )
    def test_in_a_text_with_variables_of_its_own(self, own):
        """Beside what such a text names itself, it may name parameters."""
        value = {"Fn::Sub": ["${Name}-${x}", own]}
        old, new = (named(value, Parameters=default(each)) for each in ("a", "b"))

        (change,) = needs_attention(compare(old, new))

        assert "Orders.BucketName" == change.place

    @pytest.mark.parametrize(
        ("own", "text"),
        [
            ({"x": {"Ref": "Name"}, "y": 1}, "a-a-1"),
            ({"x": "${Other}", "Name": "b"}, {"Fn::Sub": "b-${Other}-${y}"}),
            (
                {"x": {"Ref": "Other"}, "y": {"Fn::If": ["C", "c", "c"]}},
                {"Fn::Sub": ["a-${x}-c", {"x": {"Ref": "Other"}}]},
            ),
        ],
    )
    def test_fills_in_the_variables_of_a_text(self, own, text):
        """Its own variables come first, and what nobody knows stays."""
        value = {"Fn::Sub": ["${Name}-${x}-${y}", own]}
        definitions = Definitions(named(value, Parameters=default("a")))

        assert text == definitions.settle(value, {})

    def test_a_variable_of_the_same_name(self):
        """Where a text has a variable of its own, the parameter is another thing."""
        value = {"Fn::Sub": ["${Name}", {"Name": "mine"}]}
        old, new = (named(value, Parameters=default(each)) for each in ("a", "b"))

        assert [] == needs_attention(compare(old, new))

    def test_shows_the_defaults(self):
        """The reference is the same, so what it means is shown."""
        old, new = (
            named({"Ref": "Name"}, Parameters=default(each)) for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert ("a", "b") == (change.old, change.new)

    def test_the_default_instead_of_the_parameter(self):
        """The stack may have been given another value, which the text cannot have."""
        old = named({"Ref": "Name"}, Parameters=default("a"))

        (change,) = needs_attention(compare(old, named("a", Parameters=default("a"))))

        assert ({"Ref": "Name"}, "a") == (change.old, change.new)

    @pytest.mark.parametrize(
        ("value", "parameters"),
        [
            ({"Ref": "Name"}, default("a")),
            ({"Fn::Sub": "${Name}"}, {**default("a"), "Old": NAME}),
        ],
    )
    def test_a_new_parameter_for_what_was_written(self, value, parameters):
        """A value that becomes a default stays, but the next deployment may pass it."""
        old = named("a", Parameters={"Old": NAME})
        found = compare(old, named(value, Parameters=parameters))

        assert (Effect.BEHAVIOUR, "Orders.BucketName") == (
            found[0].effect,
            found[0].place,
        )
        assert [] == needs_attention(found)

    @pytest.mark.parametrize(
        ("before", "after", "parameters"),
        [
            ("a", {"Ref": "Name"}, default("b")),
            ("a", {"Ref": "Name"}, default("a", "AWS::SSM::Parameter::Value<String>")),
            ("a", {"Ref": "Old"}, {}),
            ({"Ref": "Old"}, {"Ref": "Name"}, default("a")),
            ({"Ref": "Old"}, "a", default("a")),
        ],
    )
    def test_a_parameter_that_may_have_another_value(self, before, after, parameters):
        """A default is no proof where another value may have been passed."""
        old = named(before, Parameters={"Old": NAME})
        new = named(after, Parameters={"Old": NAME, **parameters})

        assert "Orders.BucketName" == needs_attention(compare(old, new))[0].place

    def test_in_the_parameter_store(self):
        """The default is the name of the value, and another name another value."""
        kind = "AWS::SSM::Parameter::Value<String>"
        old, new = (
            named({"Ref": "Name"}, Parameters=default(each, kind))
            for each in ("/a", "/b")
        )

        (change,) = needs_attention(compare(old, new))

        assert {"Fn::Stored": "/b"} == change.new

    @pytest.mark.parametrize("value", [30, "30"])
    def test_a_time_that_gets_shorter(self, value):
        """A default is as good as a value written out."""
        old, new = (
            {
                **template(Logs=resource("AWS::Logs::LogGroup", RetentionInDays=each)),
                "Parameters": default(value),
            }
            for each in (365, {"Ref": "Name"})
        )

        (change,) = needs_attention(compare(old, new))

        assert (
            "logs older than that are deleted, also those that are there" == change.why
        )

    def test_a_number_as_part_of_a_text(self):
        """A default that is no text becomes one."""
        old = named({"Fn::Sub": "n${Name}"}, Parameters=default(True))  # noqa: FBT003 - a default
        new = named({"Fn::Sub": "n${Name}"}, Parameters=default("true"))

        assert [] == needs_attention(compare(old, new))

    def test_one_without_a_default(self):
        """The next deployment has to be given a value."""
        added = named("a", Parameters={"Name": {"Type": "String"}})
        (change,) = compare(named("a"), added)

        assert (Effect.BEHAVIOUR, "Name") == (change.effect, change.place)
        assert "the deployment needs a value for it" == change.why

    @pytest.mark.parametrize("parameters", [{}, default("b"), {"Name": "broken"}])
    def test_one_that_nothing_uses(self, parameters):
        """By itself another default does nothing."""
        old = named("a", Parameters=default("a"))
        found = compare(old, named("a", Parameters=parameters))

        assert [(Effect.HARMLESS, "Parameter")] == [
            (each.effect, each.type) for each in found
        ]


class TestMappings:
    @pytest.mark.parametrize("key", ["eu", {"Ref": "AWS::Region"}])
    def test_another_value(self, key):
        """A value that is looked up changes with the mapping."""
        value = {"Fn::FindInMap": ["Names", key, "bucket"]}
        old, new = (
            named(value, Mappings={"Names": {"eu": {"bucket": each}}})
            for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert "Orders.BucketName" == change.place

    def test_shows_what_is_found(self):
        """With a key that is known, both values are shown."""
        value = {"Fn::FindInMap": ["Names", "eu", "bucket"]}
        old, new = (
            named(value, Mappings={"Names": {"eu": {"bucket": each}}})
            for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert ("a", "b") == (change.old, change.new)

    @pytest.mark.parametrize(
        "around",
        [
            lambda each: each,
            lambda each: {"Fn::Sub": ["${x}-data", {"x": each}]},
            lambda each: {"Fn::Join": ["-", ["shop", each]]},
        ],
    )
    @pytest.mark.parametrize(
        ("regions", "findings"),
        [
            ({"eu": {"bucket": "a"}, "us": {"bucket": "b"}}, 0),
            ({"us": {"bucket": "b"}, "eu": {"bucket": "a", "queue": "q"}}, 0),
            ({"eu": {"bucket": "b"}, "us": {"bucket": "b"}}, 1),
            ({"us": {"bucket": "a"}}, 1),
            ({"eu": {"queue": "a"}}, 1),
            ({"eu": "a"}, 1),
        ],
    )
    def test_one_more_region(self, around, regions, findings):
        """Where the stack is, the region was in the mapping before."""
        value = around({"Fn::FindInMap": ["Names", {"Ref": "AWS::Region"}, "bucket"]})
        old, new = (
            named(value, Mappings={"Names": each})
            for each in ({"eu": {"bucket": "a"}}, regions)
        )

        assert findings == len(needs_attention(compare(old, new)))

    @pytest.mark.parametrize(
        ("keys", "findings"),
        [
            ([{"Ref": "AWS::Region"}, "bucket"], 0),
            ([{"Ref": "AWS::Region"}, "queue"], 1),
            (["eu", {"Ref": "Kind"}], 1),
            (["us", {"Ref": "Kind"}], 0),
            ([{"Ref": "AWS::Region"}, {"Ref": "Kind"}], 1),
        ],
    )
    def test_another_value_that_may_be_found(self, keys, findings):
        """Of the mapping only counts what the keys that are known leave over."""
        old, new = (
            named(
                {"Fn::FindInMap": ["Names", *keys]},
                Mappings={
                    "Names": {
                        "eu": {"bucket": "a", "queue": each},
                        "us": {"bucket": "a", "queue": "c"},
                    }
                },
            )
            for each in ("a", "b")
        )

        assert findings == len(needs_attention(compare(old, new)))

    def test_one_more_element_beside_it(self):
        """A larger mapping excuses nothing that stands beside it."""
        value = {"Fn::FindInMap": ["Names", {"Ref": "AWS::Region"}, "bucket"]}
        old, new = (
            {
                **template(
                    Orders=resource(
                        "AWS::CertificateManager::Certificate",
                        SubjectAlternativeNames=names,
                    )
                ),
                "Mappings": {"Names": {"eu": {"bucket": "a"}, **more}},
            }
            for names, more in (
                ([value], {}),
                ([value, "b"], {"us": {"bucket": "b"}}),
            )
        )

        assert needs_attention(compare(old, new))

    def test_another_key(self):
        """What is looked up elsewhere is something else, in a larger mapping too."""
        old, new = (
            named(
                {"Fn::FindInMap": ["Names", {"Ref": each}, "bucket"]},
                Mappings={"Names": {"eu": {"bucket": "a"}, **more}},
            )
            for each, more in (("A", {}), ("B", {"us": {"bucket": "b"}}))
        )

        assert needs_attention(compare(old, new))

    @pytest.mark.parametrize("name", ["Missing", {"Ref": "AWS::Region"}])
    def test_one_that_is_not_there(self, name):
        """A mapping that nobody finds is the same on both sides."""
        value = {"Fn::FindInMap": [name, "eu", "bucket"]}

        assert [] == compare(named(value), named(value))

    def test_another_value_for_others(self):
        """What a known key does not find changes nothing."""
        value = {"Fn::FindInMap": ["Names", "eu", "bucket"]}
        old, new = (
            named(value, Mappings={"Names": {"eu": {"bucket": "a"}, "us": each}})
            for each in ({}, {"bucket": "a"})
        )

        assert {Effect.HARMLESS} == {each.effect for each in compare(old, new)}


def chosen(*names: str) -> object:
    """Return a value that depends on conditions, one after the other."""
    value: object = "last"
    for name in names:
        value = {"Fn::If": [name, name.lower(), value]}
    return value


def asks(which: int) -> object:
    """Return a question of its own for each number."""
    return {"Fn::Equals": [{"Ref": f"Stage{which}"}, "prod"]}


def nested(count: int, ways: str, value: object) -> object:
    """Return *value* behind so many conditions, some holding and some not."""
    for each in reversed(range(count)):
        yes = ways[each % len(ways)] == "y"
        branches = [value, "n"] if yes else ["n", value]
        value = {"Fn::If": [f"C{each}", *branches]}
    return value


class TestConditions:
    def test_a_branch_that_changes(self):
        """A change on one way is a change."""
        old, new = (
            named({"Fn::If": ["C", each, "z"]}, Conditions={"C": STAGE})
            for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert ("a", "b") == (change.old, change.new)

    def test_a_branch_in_which_nothing_changes(self):
        """Only what differs where the condition holds counts."""
        expire = {"Rules": [{"ExpirationInDays": 1}]}
        old, new = (
            template(
                Orders=resource(
                    BUCKET,
                    LifecycleConfiguration={"Fn::If": ["C", expire, each]},
                )
            )
            for each in ({"Ref": "AWS::NoValue"}, expire)
        )

        (change,) = needs_attention(compare(old, new))

        assert "starts to delete objects" in change.why

    def test_another_definition(self):
        """With the same branches, another condition takes another one."""
        old, new = (
            named(chosen("C"), Conditions={"C": {"Fn::Equals": ["a", each]}})
            for each in ("a", "b")
        )

        (change,) = {
            (each.old, each.new) for each in needs_attention(compare(old, new))
        }

        assert {"c", "last"} == set(change)

    def test_another_definition_behind_it(self):
        """A condition that refers to another, or a default, changes with that."""
        value = {"Fn::If": ["C", "a", "b"]}
        inner = {"C": {"Fn::Not": [{"Condition": "D"}]}, "D": STAGE}
        old, new = (
            named(
                value,
                Conditions=inner,
                Parameters={"Stage": {"Type": "String", "Default": each}},
            )
            for each in ("prod", "dev")
        )

        assert needs_attention(compare(old, new))

    def test_a_circle_of_conditions(self):
        """Conditions that refer to each other have an end all the same."""
        circle = {"C": {"Condition": "D"}, "D": {"Condition": "C"}}
        both = named(chosen("C"), Conditions=circle)
        other = named(chosen("C"), Conditions=circle, Description="a")

        assert {Effect.HARMLESS} == {each.effect for each in compare(both, other)}

    def test_in_the_list_of_a_resource(self):
        """What stands in a list under a condition is looked at both ways."""
        tag = {"Fn::If": ["C", {"Key": "a", "Value": "b"}, {"Ref": "AWS::NoValue"}]}
        old = template(Orders=resource(BUCKET, Tags=[]))
        new = template(Orders=resource(BUCKET, Tags=[tag]))

        (change,) = compare(old, new)

        assert ([], [{"Key": "a", "Value": "b"}]) == (change.old, change.new)

    def test_many_of_them(self):
        """Of many conditions each is looked at, and not all combinations."""
        old = named(chosen(*(f"C{each}" for each in range(20))))
        new = json.loads(json.dumps(old).replace('"c0"', '"other"'))

        (change,) = needs_attention(compare(old, new))

        assert ("c0", "other") == (change.old, change.new)

    @pytest.mark.parametrize("count", [5, 7, 9])
    @pytest.mark.parametrize(
        "ways", ["".join(each) for each in product("yn", repeat=2)]
    )
    def test_a_branch_behind_many_of_them(self, count, ways):
        """Each branch is looked at, whichever answers lead to it, and how many."""
        old, new = (
            {
                **named(nested(count, ways, each)),
                "Conditions": {f"C{each}": asks(each) for each in range(count)},
            }
            for each in ("old", "new")
        )

        (change,) = needs_attention(compare(old, new))

        assert ("old", "new") == (change.old, change.new)

    @pytest.mark.parametrize("back", [False, True])
    @pytest.mark.parametrize("ways", ["yn", "ny"])
    def test_a_branch_that_is_only_on_one_side(self, back, ways):
        """It is found beside other changes, as it comes and as it goes."""
        both = [
            {
                **template(Orders=resource(BUCKET, BucketName=name, Tags=[tag])),
                "Conditions": {f"C{each}": asks(each) for each in range(9)},
            }
            for name, tag in (
                ("n", {"Key": "a", "Value": "a"}),
                (nested(9, ways, "new"), {"Key": "a", "Value": "b"}),
            )
        ]

        (change,) = needs_attention(compare(*both[::-1] if back else both))

        assert "Orders.BucketName" == change.place

    def test_many_under_other_names(self):
        """Beside another change, too, they are the same."""
        old, new = (
            {
                **json.loads(
                    json.dumps(
                        template(
                            Orders=resource(
                                BUCKET,
                                BucketName=nested(9, "y", "a"),
                                Tags=[{"Key": "a", "Value": name}],
                            )
                        )
                    ).replace('"C', f'"{name}')
                ),
                "Conditions": {f"{name}{each}": asks(each) for each in range(9)},
            }
            for name in ("C", "D")
        )

        assert [] == needs_attention(compare(old, new))

    @pytest.mark.parametrize("turn", [1, -1])
    def test_where_none_of_many_holds(self, turn):
        """What differs if no condition holds, or all, is found beside other changes."""
        nothing = {"Ref": "AWS::NoValue"}
        one, other = (
            {"Fn::If": [each, *[nothing, "x"][::turn]]} for each in ("C0", "C1")
        )
        either = {"Fn::If": ["C0", *[other, "x"][::turn]]}
        old, new = (
            template(
                Orders=resource(
                    "AWS::CertificateManager::Certificate",
                    SubjectAlternativeNames=names,
                    DomainName=chosen("C2", "C3", "C4", "C5", "C6"),
                    Tags=[{"Key": "a", "Value": tag}],
                )
            )
            for names, tag in (([one, other], "a"), ([either], "b"))
        )

        (change,) = needs_attention(compare(old, new))

        assert (["x", "x"], ["x"]) == (change.old, change.new)

    def test_a_change_that_needs_many_of_them(self):
        """Where no answers that are tried differ, what is written is compared."""
        nothing = {"Ref": "AWS::NoValue"}
        one, other = (
            [f"C{each}", {"Fn::If": [f"C{each + 1}", nothing, "x"]}, nothing]
            for each in (0, 2)
        )
        both = [{"Fn::If": one}, {"Fn::If": other}]
        inner = {"Fn::If": ["C1", {"Fn::If": other}, "x"]}
        either = [{"Fn::If": ["C0", inner, {"Fn::If": other}]}]
        old, new = (
            template(
                Orders=resource(
                    "AWS::CertificateManager::Certificate",
                    SubjectAlternativeNames=each,
                    DomainName=chosen("C4", "C5", "C6"),
                )
            )
            for each in (both, either)
        )

        (change,) = needs_attention(compare(old, new))

        assert "Orders.SubjectAlternativeNames" == change.place
        assert (both, either) == (change.old, change.new)

    def test_under_another_name(self):
        """A condition that asks the same is the same, whatever it is called."""
        old, new = (
            named({"Fn::If": [each, "a", "b"]}, Conditions={each: STAGE})
            for each in ("C", "D")
        )

        assert [] == needs_attention(compare(old, new))

    @pytest.mark.parametrize(
        ("asked", "branches"),
        [
            ({"Fn::Not": [{"Condition": "C"}]}, ["b", "a"]),
            ({"Fn::Not": [{"Fn::Not": [{"Condition": "C"}]}]}, ["a", "b"]),
        ],
    )
    def test_the_other_way_round(self, asked, branches):
        """Where a condition is negated, its branches change places."""
        old = named({"Fn::If": ["C", "a", "b"]}, Conditions={"C": STAGE})
        same, other = (
            named({"Fn::If": ["N", *each]}, Conditions={"C": STAGE, "N": asked})
            for each in (branches, branches[::-1])
        )

        assert [] == needs_attention(compare(old, same))
        assert needs_attention(compare(old, other))

    def test_that_only_defaults_make_the_same(self):
        """Two questions that a default makes the same may be answered otherwise."""
        conditions = {
            name: {"Fn::Equals": [{"Ref": name * 2}, "a"]} for name in ("C", "D")
        }
        old, new = (
            named(
                {"Fn::If": ["C", "x", {"Fn::If": ["D", each, "x"]}]},
                Conditions=conditions,
                Parameters={"CC": NAME, "DD": NAME},
            )
            for each in ("a", "b")
        )

        assert needs_attention(compare(old, new))

    @pytest.mark.parametrize(
        ("before", "after"),
        [(None, "C"), ("C", "D")],
    )
    def test_of_a_resource(self, before, after):
        """Where the condition does not hold, the bucket goes."""
        old, new = (
            template(
                Orders={**resource(BUCKET), **({"Condition": each} if each else {})}
            )
            for each in (before, after)
        )

        (change,) = needs_attention(compare(old, new))

        assert (Effect.DATA, "Orders.Condition") == (change.effect, change.place)
        assert "the resource is removed" in change.why

    def test_of_a_resource_that_is_defined_otherwise(self):
        """The name stays and what it asks does not."""
        old, new = (
            {
                **template(Orders={**resource(BUCKET), "Condition": "C"}),
                "Conditions": {"C": {"Fn::Equals": ["a", each]}},
            }
            for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert {"Fn::Condition": ["C", {"Fn::Equals": ["a", "b"]}]} == change.new

    @pytest.mark.parametrize(
        ("before", "after", "found"),
        [
            (["a"], ["a"], 0),
            (["a", "b"], ["b", "a", "c"], 0),
            (["a", ["b", "c"]], ["c", ["b", "a"]], 0),
            (["a"], "a", 0),
            ("a", ["b", "a"], 0),
            ("a", ["b"], 1),
            (["a", "b"], "a", 1),
            (["a", "b"], ["a", "c"], 1),
        ],
    )
    def test_of_a_resource_that_holds_more_often(self, before, after, found):
        """Under whichever name: what is enough now was enough before."""

        def asked(each: object) -> object:
            if isinstance(each, list):
                return {"Fn::Or": [*map(asked, each)]}
            return {"Fn::Equals": [{"Ref": "AWS::Region"}, each]}

        old, new = (
            {
                **template(Orders={**resource(BUCKET), "Condition": name}),
                "Conditions": {name: asked(each)},
            }
            for name, each in (("C", before), ("D", after))
        )

        changes = compare(old, new)

        assert found == len(needs_attention(changes))
        assert "Orders.Condition" == changes[0].place

    def test_of_a_resource_with_another_default(self):
        """The text stays, and where a stack takes the default, the answer does not."""
        old, new = (
            {
                **template(Orders={**resource(BUCKET), "Condition": "C"}),
                "Conditions": {"C": {"Fn::Equals": [{"Ref": "Name"}, "a"]}},
                "Parameters": default(each),
            }
            for each in ("a", "b")
        )

        (change,) = needs_attention(compare(old, new))

        assert "Orders.Condition" == change.place

    def test_of_a_resource_that_only_defaults_make_the_same(self):
        """What was passed for a parameter was passed for no other one."""
        old, new = (
            {
                **template(Orders={**resource(BUCKET), "Condition": "C"}),
                "Conditions": {"C": {"Fn::Equals": [{"Ref": each}, "a"]}},
                "Parameters": {"Name": NAME, "Other": NAME},
            }
            for each in ("Name", "Other")
        )

        (change,) = needs_attention(compare(old, new))

        assert "Orders.Condition" == change.place

    def test_that_is_taken_off(self):
        """What is there in all cases is not removed in any."""
        old = template(Orders={**resource(BUCKET), "Condition": "C"})

        (change,) = compare(old, template(Orders=resource(BUCKET)))

        assert Effect.BEHAVIOUR == change.effect
        assert "it is there in other cases than before" == change.why
