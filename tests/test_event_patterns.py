"""Tests for `secure_constructs._event_patterns`: what a route may ask for (EVB-09)."""

from __future__ import annotations

import json
import types

from typing import Any

import aws_cdk as cdk
import jsii
import pytest

from aws_cdk import aws_events as events, aws_lambda as lambda_

from secure_constructs import EventRoute, Waived
from tests.support.functions import only, record
from tests.support.synth import new_app, resources, template_of

REASON = "the audit trail keeps a copy of every event"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def route(stack: cdk.Stack, **options: Any) -> EventRoute:
    """Define a route of a bus to a function, both of them elsewhere."""
    bus = events.EventBus.from_event_bus_name(stack, "Bus", "orders")
    options = {"event_bus": bus, **options}
    to = lambda_.Function.from_function_arn(stack, "Fn", FUNCTION)
    return EventRoute(stack, "Route", to=to, **options)


def pattern(stack: cdk.Stack, **options: Any) -> Any:
    """Return the event pattern of a route with these options."""
    route(stack, **options)
    return only(template_of(stack), "Events::Rule")["EventPattern"]


class TestPattern:
    """What the options come to."""

    def test_has_what_was_given(self, stack):
        """Each option is one field of the pattern, and values stay as they are."""
        found = pattern(
            stack,
            sources=["shop"],
            detail_types=["OrderPaid", "OrderSent"],
            detail={"order": {"total": [1, 2.5, True, "x"]}},
            resources=["arn:aws:s3:::orders"],
        )

        assert {
            "source": ["shop"],
            "detail-type": ["OrderPaid", "OrderSent"],
            "detail": {"order": {"total": [1, 2.5, True, "x"]}},
            "resources": ["arn:aws:s3:::orders"],
        } == found

    def test_takes_matchers_beside_text(self, stack):
        """CDK knows no matchers among texts; they come through as they are."""
        found = pattern(stack, sources=["shop", {"prefix": "shop."}])

        assert {"source": ["shop", {"prefix": "shop."}]} == found

    def test_takes_the_matchers_of_cdk(self, stack):
        """What `events.Match` gives goes in unchanged."""
        found = pattern(stack, sources=events.Match.prefix("shop."))

        assert {"source": [{"prefix": "shop."}]} == found

    def test_takes_a_matcher_of_cdk_in_the_detail(self, stack):
        """Also one level down, and beside other fields."""
        found = pattern(
            stack, sources=["shop"], detail={"total": events.Match.greater_than(5)}
        )

        assert [{"numeric": [">", 5]}] == found["detail"]["total"]

    def test_takes_null(self, stack):
        """As CDK writes it: a plain None it would leave out of the template."""
        found = pattern(stack, detail={"user": events.Match.null_value()})

        assert {"detail": {"user": [None]}} == found

    def test_takes_what_is_only_known_later(self, stack):
        """A source that is a parameter is not judged."""
        source = cdk.CfnParameter(stack, "Source").value_as_string

        assert {"source": [{"Ref": "Source"}]} == pattern(stack, sources=[source])

    def test_takes_sources_that_are_only_known_later(self, stack):
        """As a list in one."""
        sources = cdk.Lazy.any(_Values())

        assert {"source": ["paid"]} == pattern(stack, pattern={"source": sources})

    def test_takes_a_list_that_is_only_known_later(self, stack):
        """Nor is a list, as a lazy value is one."""
        lazy = cdk.Lazy.any(_Values())

        found = pattern(stack, sources=["shop"], detail={"status": lazy})

        assert ["paid"] == found["detail"]["status"]

    @pytest.mark.parametrize(
        "given",
        [
            {"source": ["shop"], "account": ["111122223333"], "region": ["eu-west-1"]},
            {"$or": [{"source": ["shop"]}, {"detail-type": ["OrderPaid"]}]},
            {"source": ["shop"], "replay-name": [{"exists": False}]},
            {"detail": {"$or": [{"total": [1]}, {"order": {"status": ["paid"]}}]}},
            {
                "resources": ["arn:aws:s3:::orders"],
                "id": ["4711"],
                "time": [{"prefix": "2030-"}],
                "version": ["0"],
            },
        ],
        ids=[
            "fields",
            "alternatives",
            "no replays",
            "alternatives in the detail",
            "more fields",
        ],
    )
    def test_takes_a_whole_pattern(self, stack, given):
        """`pattern` is EventBridge's JSON, with all that there is."""
        assert given == pattern(stack, pattern=given)

    def test_takes_alternatives_in_a_tuple(self, stack):
        """As every list of a pattern."""
        given = ({"source": ["shop"]}, {"detail-type": ["OrderPaid"]})

        assert {"$or": list(given)} == pattern(stack, pattern={"$or": given})

    def test_takes_a_pattern_that_nobody_can_change(self, stack):
        """A mapping need not be a dict, nor need those in it."""
        detail = types.MappingProxyType({"status": ["paid"]})
        given = types.MappingProxyType({"source": ["shop"], "detail": detail})

        found = pattern(stack, pattern=given)
        assert {"source": ["shop"], "detail": {"status": ["paid"]}} == found

    @pytest.mark.parametrize("option", ["sources", "detail_types", "resources"])
    def test_takes_tuples(self, stack, option):
        """Every sequence is as good as a list."""
        found = pattern(stack, **{option: ("a", "b")})

        assert [["a", "b"]] == list(found.values())

    def test_takes_everything_on_purpose(self, stack):
        """With a reason a route takes every event."""
        found = pattern(stack, everything=Waived(REASON))

        assert {"source": [{"prefix": ""}]} == found

    def test_takes_everything_of_an_account_on_purpose(self, stack):
        """A pattern that chooses nothing needs the reason as well, and stays."""
        given = {"account": ["111122223333"]}

        assert given == pattern(stack, pattern=given, everything=Waived(REASON))

    def test_says_why_it_takes_everything(self, stack):
        """The reason is in the template, for the auditor (EVB-09)."""
        route(stack, everything=Waived(REASON))
        (rule,) = (
            each
            for each in template_of(stack)["Resources"].values()
            if each["Type"] == "AWS::Events::Rule"
        )

        waivers = rule["Metadata"]["SecureConstructs"]["Waivers"]
        assert {"EVB-09": {"Reason": REASON}} == waivers


@jsii.implements(cdk.IStableAnyProducer)
class _Values:
    """A list that is only known at synthesis."""

    def produce(self) -> list[str]:
        """Return the list."""
        return ["paid"]


class TestMatchers:
    @pytest.mark.parametrize(
        "matcher",
        [
            {"prefix": "or"},
            {"prefix": {"equals-ignore-case": "OR"}},
            {"suffix": ".png"},
            {"suffix": {"equals-ignore-case": ".PNG"}},
            {"equals-ignore-case": "paid"},
            {"wildcard": "orders/*/paid*"},
            {"wildcard": "a\\*\\*b\\\\*"},
            {"wildcard": "*\\**"},
            {"anything-but": "draft"},
            {"anything-but": 5},
            {"anything-but": ["draft", "test"]},
            {"anything-but": [1, 2.5]},
            {"anything-but": {"prefix": "test-"}},
            {"anything-but": {"suffix": ["-test", "-draft"]}},
            {"anything-but": {"equals-ignore-case": "DRAFT"}},
            {"anything-but": {"wildcard": "*/lib/*"}},
            {"numeric": ["=", 5]},
            {"numeric": [">", 0, "<=", 5e9]},
            {"numeric": [">=", -1.5, "<", 0]},
            {"cidr": "10.0.0.0/24"},
            {"cidr": "10.0.0.7/31"},
            {"cidr": "2001:db8::/127"},
            {"exists": True},
            {"exists": False},
        ],
        ids=str,
    )
    def test_takes(self, stack, matcher):
        """Every matcher that EventBridge documents comes through as it is."""
        found = pattern(stack, sources=["shop"], detail={"field": [matcher]})

        assert [matcher] == found["detail"]["field"]

    @pytest.mark.parametrize(
        "matcher",
        [
            {"anything-but": ("draft", "test")},
            {"anything-but": {"prefix": ("test-", "draft-")}},
            {"numeric": (">", 0)},
        ],
        ids=str,
    )
    def test_takes_tuples(self, stack, matcher):
        """A tuple is as good as a list."""
        found = pattern(stack, detail={"field": [matcher]})

        assert json.loads(json.dumps([matcher])) == found["detail"]["field"]

    def test_takes_a_matcher_that_is_only_known_later(self, stack):
        """One of several values may be what CDK makes of it."""
        found = pattern(stack, detail={"status": ["sent", cdk.Lazy.any(_Values())]})

        assert ["sent", ["paid"]] == found["detail"]["status"]

    def test_takes_a_range_that_is_only_known_later(self, stack):
        """An address range may be a parameter."""
        range_ = cdk.CfnParameter(stack, "Range").value_as_string

        found = pattern(stack, detail={"ip": [{"cidr": range_}]})

        assert [{"cidr": {"Ref": "Range"}}] == found["detail"]["ip"]

    def test_takes_a_value_that_is_only_known_later(self, stack):
        """A limit may be one, too."""
        limit = cdk.Lazy.any(_Values())

        found = pattern(stack, detail={"total": [{"numeric": limit}]})

        assert [{"numeric": ["paid"]}] == found["detail"]["total"]

    @pytest.mark.parametrize(
        ("matcher", "problem"),
        [
            ({"prefix": 5}, "does not compare with text"),
            ({"prefix": {"suffix": "x"}}, "does not compare with text"),
            ({"suffix": ["x"]}, "does not compare with text"),
            ({"equals-ignore-case": ["x"]}, "does not compare with text"),
            ({"wildcard": 5}, "does not compare with text"),
            ({"wildcard": "a**b"}, "two * in a row"),
            ({"wildcard": "C:\\orders"}, "has a \\\\ before neither * nor"),
            ({"wildcard": "a\\\\**"}, "two * in a row"),
            ({"anything-but": []}, "does not exclude"),
            ({"anything-but": ["x", 5]}, "does not exclude"),
            ({"anything-but": True}, "does not exclude"),
            ({"anything-but": None}, "does not exclude"),
            ({"anything-but": {"exists": True}}, "does not exclude texts by one of"),
            ({"anything-but": {"prefix": ""}}, "does not exclude texts"),
            ({"anything-but": {"prefix": []}}, "does not exclude texts"),
            ({"anything-but": {"prefix": ["a", ""]}}, "does not exclude texts"),
            ({"anything-but": {"prefix": ["a", 5]}}, "does not exclude texts"),
            ({"anything-but": {"like": "a"}}, "does not exclude texts by one of"),
            ({"anything-but": {"prefix": "a", "suffix": "b"}}, "does not exclude"),
            ({"anything-but": {"wildcard": "a**"}}, "two * in a row"),
            ({"numeric": 5}, "is neither"),
            ({"numeric": []}, "is neither"),
            ({"numeric": [">"]}, "is neither"),
            ({"numeric": ["!=", 5]}, "is neither"),
            ({"numeric": [">", "5"]}, "does not compare with numbers"),
            ({"numeric": [">", True]}, "does not compare with numbers"),
            ({"numeric": [">", 5e9 + 1]}, "to 5,000,000,000"),
            ({"numeric": [">", 0, "<", 5e9 + 1]}, "to 5,000,000,000"),
            ({"numeric": ["<", 5, ">", 0]}, "is neither"),
            ({"numeric": ["=", 5, "<", 6]}, "is neither"),
            ({"numeric": [">", 0, ">", 5]}, "is neither"),
            ({"numeric": [">", 5, "<", 5]}, "ends before it begins"),
            ({"cidr": "10.0.0.0/33"}, "no range of addresses"),
            ({"cidr": "10.0.0.0/255.255.255.0"}, "no range of addresses"),
            ({"cidr": "10.0.0.7/32"}, "one address is plain text"),
            ({"cidr": "10.0.0.7"}, "one address is plain text"),
            ({"cidr": "orders/0"}, "no range of addresses"),
            ({"cidr": 10}, "no range of addresses"),
            ({"exists": "yes"}, "neither True nor False"),
            ({"like": "x"}, "has an operator that there is not; use prefix, suffix"),
            ({"prefix": "a", "suffix": "b"}, "has not exactly one operator"),
            ({}, "has not exactly one operator"),
        ],
        ids=str,
    )
    def test_fails_on(self, stack, matcher, problem):
        """A matcher that EventBridge refuses, or that matches nothing."""
        with pytest.raises(ValueError, match=problem.replace("*", r"\*")) as error:
            route(stack, detail={"field": ["x", matcher]})

        assert "detail.field[1]=" in str(error.value)


class TestMistakes:
    """What AWS accepts, and a team then looks for in vain."""

    def test_fails_without_any_choice(self, stack):
        """A route that names nothing would take everything or nothing."""
        with pytest.raises(ValueError, match="names no event; pass sources="):
            route(stack)

    @pytest.mark.parametrize(
        "options",
        [
            {"sources": []},
            {"detail_types": []},
            {"detail": {}},
            {"detail": {"order": {}}},
            {"detail": {"order": []}},
            {"resources": ()},
            {"pattern": {"source": []}},
            {"pattern": {"detail": {"order": {}}}},
            {"pattern": {"detail": {"$or": [{"total": [1]}, {"order": []}]}}},
        ],
        ids=str,
    )
    def test_fails_on_what_matches_nothing(self, stack, options):
        """An empty list or mapping matches no event."""
        with pytest.raises(ValueError, match="is empty and matches nothing"):
            route(stack, **options)

    def test_fails_on_an_empty_pattern(self, stack):
        """Nor does an empty pattern."""
        with pytest.raises(ValueError, match="names no event"):
            route(stack, pattern={})

    @pytest.mark.parametrize(
        "given",
        [
            {"source": [{"prefix": ""}]},
            {"source": [{"wildcard": "*"}, "shop"]},
            {"detail-type": [{"suffix": ""}]},
            {"detail-type": [{"prefix": {"equals-ignore-case": ""}}]},
            {"source": [{"suffix": {"equals-ignore-case": ""}}]},
            {"source": [{"exists": True}]},
            {"account": ["111122223333"]},
            {"version": ["0"], "region": ["eu-west-1"]},
            {"id": ["4711"], "time": [{"prefix": "2030-"}]},
            {"id": ["4711"]},
            {"replay-name": [{"exists": False}]},
            {"$or": [{"source": ["shop"]}, {"account": ["111122223333"]}]},
        ],
        ids=str,
    )
    def test_fails_on_everything_by_accident(self, stack, given):
        """A pattern that chooses nothing takes the events of everybody."""
        with pytest.raises(ValueError, match="lets every event in"):
            route(stack, pattern=given)

    def test_fails_on_everything_beside_a_choice(self, stack):
        """The reason would stand beside a route that does not need it."""
        with pytest.raises(ValueError, match="does not go with a pattern"):
            route(stack, sources=["shop"], everything=Waived(REASON))

    def test_fails_on_a_reason_that_says_nothing(self, stack):
        """As every waiver, it needs an argument."""
        with pytest.raises(ValueError, match="does not say why"):
            route(stack, everything=Waived("because"))

    @pytest.mark.parametrize("name", ["detail_type", "detailType", "Detail-Type"])
    def test_fails_on_a_misspelt_field(self, stack, name):
        """The error names the field that was meant."""
        with pytest.raises(ValueError, match="write 'detail-type'"):
            route(stack, pattern={"source": ["shop"], name: ["OrderPaid"]})

    def test_fails_on_an_unknown_field(self, stack):
        """What the producer sends is below the detail."""
        with pytest.raises(ValueError, match="belongs below 'detail'"):
            route(stack, pattern={"source": ["shop"], "status": ["paid"]})

    def test_fails_on_an_unknown_field_of_an_alternative(self, stack):
        """Alternatives are patterns themselves."""
        given = {"$or": [{"source": ["shop"]}, {"status": ["paid"]}]}

        with pytest.raises(ValueError, match=r"pattern.\$or\[1\].status="):
            route(stack, pattern=given)

    def test_fails_on_a_pattern_beside_the_options(self, stack):
        """Two ways to say what to take contradict each other."""
        with pytest.raises(ValueError, match="write it there as 'detail-type'"):
            route(stack, pattern={"source": ["shop"]}, detail_types=["OrderPaid"])

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ([{"source": ["shop"]}], "needs two patterns"),
            ({"source": ["shop"]}, "is no list of patterns"),
            ([{"source": ["shop"]}, "x"], "is no pattern, in braces"),
        ],
        ids=str,
    )
    def test_fails_on_no_alternatives(self, stack, given, problem):
        """`$or` is a list of two patterns or more."""
        with pytest.raises((ValueError, TypeError), match=problem):
            route(stack, pattern={"$or": given})

    @pytest.mark.parametrize(
        "matcher",
        [{"anything-but": ["draft"]}, {"numeric": [">", 5]}, {"prefix": "or"}],
        ids=str,
    )
    @pytest.mark.parametrize("below", ["total", "$or"])
    def test_fails_on_a_matcher_without_a_list(self, stack, matcher, below):
        """EventBridge would look for a field of that name, and match nothing."""
        values = [matcher, {"status": ["paid"]}] if below == "$or" else matcher
        with pytest.raises(ValueError, match="is a matcher outside of a list"):
            route(stack, detail={below: values})

    @pytest.mark.parametrize(
        "detail",
        [
            {"object": {"prefix": ["orders/"]}},
            {"object": {"exists": [True], "numeric": ["=", 5]}},
        ],
        ids=str,
    )
    def test_takes_fields_called_like_matchers(self, stack, detail):
        """Their values are in a list, as those of all fields are."""
        assert {"detail": detail} == pattern(stack, detail=detail)

    def test_fails_on_no_alternatives_in_the_detail(self, stack):
        """There it is no field of the detail either."""
        given = {"detail": {"$or": [{"total": [1]}]}}

        with pytest.raises(ValueError, match=r"pattern.detail.\$or=.* needs two pat"):
            route(stack, pattern=given)

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"sources": "shop"}, "sources='shop' is no list"),
            ({"sources": [5]}, "is neither text nor a matcher"),
            ({"detail_types": [True]}, "is neither text nor a matcher"),
            ({"detail": {"status": "paid"}}, "detail.status='paid' is no list"),
            ({"detail": {"status": [["paid"]]}}, "is neither text, number, True"),
            ({"detail": {"user": [None]}}, "write events.Match.null_value()"),
            ({"detail": ["paid"]}, "is no mapping"),
            ({"pattern": "source"}, "is no event pattern"),
        ],
        ids=str,
    )
    def test_fails_on_the_wrong_kind(self, stack, options, problem):
        """EventBridge compares lists of texts, numbers and matchers."""
        with pytest.raises(TypeError) as error:
            route(stack, **options)

        assert problem in str(error.value)

    def test_creates_nothing_when_it_fails(self, stack):
        """A refused route leaves the stack as it was."""
        with pytest.raises(ValueError, match="names no event"):
            route(stack)

        assert stack.node.try_find_child("Route") is None


class TestSources:
    """Who sends, and on which bus."""

    def test_fails_on_aws_on_a_bus_of_its_own(self, stack):
        """AWS's services send to the default bus only; the error says so."""
        with pytest.raises(ValueError, match="default bus only; leave event_bus out"):
            route(stack, sources=["aws.s3"])

    def test_fails_on_aws_in_a_whole_pattern(self, stack):
        """However the pattern is written."""
        with pytest.raises(ValueError, match="default bus only"):
            route(stack, pattern={"source": ["shop", "aws.s3"]})

    def test_takes_forwarded_events_of_aws(self, stack):
        """As the error says, a matcher lets in what a rule forwards."""
        found = pattern(stack, sources=[{"prefix": "aws.s3"}])

        assert {"source": [{"prefix": "aws.s3"}]} == found

    def test_takes_aws_on_the_default_bus(self, stack):
        """Without a bus, a route is on the default bus."""
        assert {"source": ["aws.s3"]} == pattern(
            stack, event_bus=None, sources=["aws.s3"]
        )

    def test_knows_the_default_bus_by_its_name(self, stack):
        """The default bus may be given as well."""
        bus = events.EventBus.from_event_bus_name(stack, "Default", "default")

        assert {"source": ["aws.s3"]} == pattern(
            stack, event_bus=bus, sources=["aws.s3"]
        )

    @pytest.mark.parametrize(
        "source",
        [
            "shop",
            {"prefix": "shop."},
            {"equals-ignore-case": "Shop"},
            {"anything-but": {"prefix": "aws."}},
        ],
        ids=str,
    )
    def test_fails_on_own_events_on_the_default_bus(self, stack, source):
        """They belong on a bus of their own, however they are named (EVB-01)."""
        with pytest.raises(ValueError, match="everybody in the account may put"):
            route(stack, event_bus=None, sources=["aws.s3", source])

    @pytest.mark.parametrize(
        ("option", "given"),
        [
            ("sources", ["shop"]),
            ("pattern", {"source": ["shop"]}),
            ("pattern", {"$or": [{"source": ["aws.s3"]}, {"source": ["shop"]}]}),
        ],
        ids=str,
    )
    def test_names_the_option_with_own_events(self, stack, option, given):
        """The error points at what was written."""
        with pytest.raises(ValueError, match=f"{option}='shop' takes events that"):
            route(stack, event_bus=None, **{str(option): given})

    @pytest.mark.parametrize(
        "source",
        [{"prefix": "aws."}, {"prefix": "a"}, {"suffix": ".s3"}, {"exists": True}],
        ids=str,
    )
    def test_takes_on_the_default_bus_what_may_be_of_aws(self, stack, source):
        """A matcher that lets in AWS's events is no sign of an application's."""
        found = pattern(
            stack, event_bus=None, sources=[source], detail_types=["Object Created"]
        )

        assert [source] == found["source"]

    @pytest.mark.parametrize("matcher", [None, "prefix", "equals-ignore-case"])
    def test_takes_an_unknown_source_on_the_default_bus(self, stack, matcher):
        """What is only known at deployment is not judged."""
        name = cdk.CfnParameter(stack, "Name").value_as_string
        source = {matcher: name} if matcher else name

        found = pattern(stack, event_bus=None, sources=[source])

        known = {"Ref": "Name"}
        assert [{matcher: known} if matcher else known] == found["source"]

    def test_takes_own_events_on_the_default_bus_on_purpose(self, stack):
        """With a reason; the guard then has nothing to say."""
        why = Waived("the vendor's connector only knows the default bus")

        found = pattern(stack, event_bus=None, sources=["shop"], default_bus=why)

        assert {"source": ["shop"]} == found
        (rule,) = resources(template_of(stack), "AWS::Events::Rule")
        waivers = record(template_of(stack), rule)["Waivers"]
        assert {"EVB-01": {"Reason": why.reason}} == waivers

    def test_takes_open_sources_on_the_default_bus(self, stack):
        """What CDK makes of a list is not judged here, but by the guard."""
        found = pattern(stack, event_bus=None, sources=cdk.Lazy.any(_Values()))

        assert "source" in found

    def test_fails_on_that_reason_beside_a_bus(self, stack):
        """It would say why not to use the bus that is used."""
        with pytest.raises(ValueError, match="but event_bus is given"):
            route(stack, sources=["shop"], default_bus=Waived(REASON))
