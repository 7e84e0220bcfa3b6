"""Tests for `secure_constructs.checks.report.connections`."""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs.checks.report.connections import Web, web_of
from secure_constructs.checks.report.parts import parts_of
from tests.support.reports import a_stack, resource, sites

QUEUE = resource("SQS::Queue")
TOPIC = resource("SNS::Topic")
BUCKET = resource("S3::Bucket")
FUNCTION = resource("Lambda::Function")
KEY = resource("KMS::Key")


def web(resources: dict[str, Any]) -> Web:
    """Return how the constructs of a stack of *resources* connect."""
    found = sites(a_stack(resources))
    places = [place for site in found for place in site.places.values()]
    return web_of(found, list(parts_of("Shop", places)))


def lines(resources: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the connections by logical ids, with their ways."""
    return [
        (each.source.path[5:], each.target.path[5:], each.ways)
        for each in web(resources).connections
    ]


def badges(resources: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the badges by logical ids."""
    return {
        part.path[5:]: [(badge.word, badge.part.path[5:]) for badge in found]
        for part, found in web(resources).badges.items()
    }


def policy(*statements: Any, type_: str = "IAM::ManagedPolicy", **other: Any) -> Any:
    """Return a policy of *statements*."""
    document = {"Statement": list(statements)}
    return resource(type_, PolicyDocument=document, **other)


def allow(*actions: str, **other: Any) -> dict[str, Any]:
    """Return a statement that allows *actions*."""
    return {"Effect": "Allow", "Action": list(actions), **other}


class TestConnections:
    def test_go_to_what_is_named(self):
        """A property that names another resource leads there."""
        variables = {"Variables": {"QUEUE": {"Ref": "Queue"}}}
        function = resource("Lambda::Function", Environment=variables)

        assert [("Fn", "Queue", ("Function: Environment",))] == lines(
            {"Fn": function, "Queue": QUEUE}
        )

    @pytest.mark.parametrize(
        ("type_", "name"),
        [
            ("Events::Archive", "SourceArn"),
            ("Events::Rule", "EventBusName"),
            ("Lambda::EventSourceMapping", "EventSourceArn"),
            ("Lambda::Permission", "SourceArn"),
            ("Pipes::Pipe", "Source"),
            ("SNS::Subscription", "TopicArn"),
        ],
    )
    def test_come_from_what_is_a_source(self, type_, name):
        """Where something comes from, the arrow does too."""
        (found,) = lines(
            {"It": resource(type_, **{name: {"Ref": "From"}}), "From": QUEUE}
        )

        assert ("From", "It") == found[:2]

    def test_say_what_a_policy_allows(self):
        """Its holder may do that to what it names."""
        held = policy(allow("sqs:SendMessage", Resource={"Ref": "Queue"}))

        assert [("Policy", "Queue", ("may sqs:SendMessage",))] == lines(
            {"Policy": held, "Queue": QUEUE}
        )

    def test_name_three_actions(self):
        """What else is allowed is counted."""
        held = policy(allow("a:A", "b:B", "c:C", "d:D", Resource={"Ref": "Queue"}))
        ((_, _, ways),) = lines({"Policy": held, "Queue": QUEUE})

        assert ("may a:A, b:B, c:C and 1 more",) == ways

    def test_know_a_single_action(self):
        """It may be written without a list."""
        statement = {**allow(), "Action": "a:A", "Resource": {"Ref": "Queue"}}
        ((_, _, ways),) = lines({"Policy": policy(statement), "Queue": QUEUE})

        assert ("may a:A",) == ways

    def test_are_what_the_inline_policies_of_a_role_allow(self):
        """A role may have its policies in itself."""
        document = {"Statement": [allow("a:A", Resource={"Ref": "Queue"})]}
        inline = [{"PolicyName": "One", "PolicyDocument": document}]
        role = resource("IAM::Role", Policies=inline)

        assert [("Role", "Queue", ("may a:A",))] == lines(
            {"Role": role, "Queue": QUEUE}
        )

    def test_go_in_where_a_policy_of_a_resource_lets_in(self):
        """Who is named there reaches the resource."""
        statement = allow("sqs:SendMessage", Condition={"Ref": "Topic"})
        lets_in = policy(statement, type_="SQS::QueuePolicy")

        assert [("Topic", "In", ("may sqs:SendMessage",))] == lines(
            {"In": lets_in, "Topic": TOPIC}
        )

    def test_go_to_a_role_from_who_may_assume_it(self):
        """The trust policy names them."""
        trust = {"Statement": [allow("sts:AssumeRole", Principal={"Ref": "Broker"})]}
        role = resource("IAM::Role", AssumeRolePolicyDocument=trust)

        assert [("Broker", "Role", ("may sts:AssumeRole",))] == lines(
            {"Role": role, "Broker": resource("IAM::Role")}
        )

    @pytest.mark.parametrize(
        "statement",
        [{"Effect": "Deny", "Action": "*", "Resource": {"Ref": "Queue"}}, "text", None],
        ids=str,
    )
    def test_are_not_what_a_policy_denies(self, statement):
        """Nor what is no statement."""
        assert [] == lines({"Policy": policy(statement), "Queue": QUEUE})

    @pytest.mark.parametrize("document", ["text", {"Statement": None}, []], ids=str)
    def test_are_none_by_what_is_no_policy(self, document):
        """A template may hold anything anywhere."""
        broken = resource("IAM::ManagedPolicy", PolicyDocument=document)

        assert [] == lines({"Policy": broken, "Queue": QUEUE})

    def test_are_none_by_inline_policies_that_are_none(self):
        """Nor is a text a list of policies."""
        assert [] == lines({"Role": resource("IAM::Role", Policies="x")})

    def test_are_one_where_the_flow_is_known(self):
        """A queue feeds a function, which may receive from it."""
        source = resource(
            "Lambda::EventSourceMapping",
            EventSourceArn={"Ref": "Queue"},
            FunctionName={"Ref": "Fn"},
        )
        fn = resource("Lambda::Function", Environment={"Ref": "Queue"})
        paths = {
            "Fn": "Shop/Fn/Resource",
            "Source": "Shop/Fn/Source/Resource",
            "Queue": "Shop/Queue/Resource",
        }
        found = sites(
            a_stack({"Fn": fn, "Source": source, "Queue": QUEUE}, paths=paths)
        )
        parts = list(parts_of("Shop", found[0].places.values()))
        (line,) = web_of(found, parts).connections

        assert (
            "Shop/Queue",
            "Shop/Fn",
            ("EventSourceMapping: EventSourceArn", "Function: Environment"),
        ) == (line.source.path, line.target.path, line.ways)

    def test_are_two_where_both_ways_flow(self):
        """A topic may feed a queue whose rule feeds the topic."""
        one = resource("Lambda::Permission", SourceArn={"Ref": "Two"})
        two = resource("SNS::Subscription", TopicArn={"Ref": "One"})

        assert {("One", "Two"), ("Two", "One")} == {
            line[:2] for line in lines({"One": one, "Two": two})
        }

    def test_are_two_where_no_flow_is_known(self):
        """Two functions may call each other."""
        one = resource("Lambda::Function", Environment={"Ref": "Two"})
        two = resource("Lambda::Function", Environment={"Ref": "One"})

        assert {("One", "Two"), ("Two", "One")} == {
            line[:2] for line in lines({"One": one, "Two": two})
        }

    def test_say_each_way_once(self):
        """A function may name a queue twice."""
        names = [{"Ref": "Queue"}, {"Fn::GetAtt": ["Queue", "Arn"]}]
        function = resource("Lambda::Function", Environment=names)
        ((_, _, ways),) = lines({"Fn": function, "Queue": QUEUE})

        assert ("Function: Environment",) == ways

    def test_are_none_within_a_construct(self):
        """What a construct is made of belongs together."""
        own = resource("SQS::Queue", RedrivePolicy={"Ref": "Queue"})

        assert [] == lines({"Queue": own})

    def test_leave_out_what_is_not_drawn(self):
        """Some resources only stand for others."""
        function = resource("Lambda::Function", Environment={"Ref": "Queue"})
        found = sites(a_stack({"Fn": function, "Queue": QUEUE}))
        drawn = [found[0].places["Fn"]]

        assert () == web_of(found, list(parts_of("Shop", drawn))).connections


class TestBadges:
    def test_are_keys(self):
        """Whatever is encrypted with a key has it as a badge, and no line."""
        queue = resource("SQS::Queue", KmsMasterKeyId={"Ref": "Key"})

        assert {"Queue": [("key", "Key")]} == badges({"Queue": queue, "Key": KEY})
        assert [] == lines({"Queue": queue, "Key": KEY})

    def test_are_keys_whose_policy_lets_in(self):
        """A key that names its user is the user's badge."""
        document = {"Statement": [allow("kms:Decrypt", Principal={"Ref": "Fn"})]}
        key = resource("KMS::Key", KeyPolicy=document)

        assert {"Fn": [("key", "Key")]} == badges({"Fn": FUNCTION, "Key": key})

    def test_are_log_buckets(self):
        """A bucket says where its access is logged."""
        logging = {"DestinationBucketName": {"Ref": "Logs"}}
        bucket = resource("S3::Bucket", LoggingConfiguration=logging)

        assert {"Data": [("access log", "Logs")]} == badges(
            {"Data": bucket, "Logs": BUCKET}
        )

    @pytest.mark.parametrize(
        "name", ["AlarmActions", "OKActions", "InsufficientDataActions"]
    )
    def test_are_topics_of_alarms(self, name):
        """An alarm says whom it tells."""
        alarm = resource("CloudWatch::Alarm", **{name: [{"Ref": "OnCall"}]})

        assert {"Alarm": [("alarms", "OnCall")]} == badges(
            {"Alarm": alarm, "OnCall": TOPIC}
        )

    def test_take_the_place_of_being_let_in(self):
        """The policy of a log bucket names whose logs it takes."""
        logging = {"DestinationBucketName": {"Ref": "Logs"}}
        bucket = resource("S3::Bucket", LoggingConfiguration=logging)
        lets_in = policy(
            allow("s3:PutObject", Condition={"Ref": "Data"}), type_="S3::BucketPolicy"
        )
        paths = {
            "Data": "Shop/Data/Resource",
            "Logs": "Shop/Logs/Resource",
            "Policy": "Shop/Logs/Policy/Resource",
        }
        stack = a_stack(
            {"Data": bucket, "Logs": BUCKET, "Policy": lets_in}, paths=paths
        )
        found = sites(stack)
        parts = list(parts_of("Shop", found[0].places.values()))

        assert () == web_of(found, parts).connections

    def test_leave_other_connections(self):
        """A function may publish to the topic that its alarm tells."""
        fn = resource(
            "CloudWatch::Alarm", AlarmActions=[{"Ref": "T"}], Other={"Ref": "T"}
        )

        assert [("Fn", "T", ("Alarm: Other",))] == lines({"Fn": fn, "T": TOPIC})

    def test_are_one_for_each_thing_shared(self):
        """A queue may name its key twice."""
        queue = resource("SQS::Queue", A={"Ref": "Key"}, B={"Ref": "Key"})

        assert {"Queue": [("key", "Key")]} == badges({"Queue": queue, "Key": KEY})
