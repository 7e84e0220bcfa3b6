"""What CDK writes: edits of an app that do no harm, and those that do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_events as events,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_lambda_event_sources as sources,
    aws_logs as logs,
    aws_s3 as s3,
    aws_sqs as sqs,
)

from secure_constructs import (
    AppEventBus,
    EventSchedule,
    ObservedFunction,
    SecureBucket,
    TenantTable,
)
from secure_constructs.changes import Change, Effect, compare, needs_attention
from tests.support.synth import NO_FLAGS, RECOMMENDED, new_app, template_of

Build = Callable[[cdk.Stack], object]
STRING = dynamodb.AttributeType.STRING


def made(build: Build, flags: Any = NO_FLAGS) -> dict[str, Any]:
    """Return the template of a stack that *build* fills."""
    stack = cdk.Stack(new_app(flags), "Shop")
    build(stack)
    return template_of(stack)


def between(old: Build, new: Build, **flags: Any) -> list[Change]:
    """Return what changes as a stack is built in another way."""
    return compare(made(old, **flags), made(new, **flags))


def function(stack: cdk.Stack, code: str = "a", **options: Any) -> lambda_.Function:
    """Return a function with inline *code*."""
    return lambda_.Function(
        stack,
        "Code",
        code=lambda_.Code.from_inline(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        **options,
    )


def bucket(stack: cdk.Stack, name: str = "Data", **options: Any) -> s3.Bucket:
    """Return a bucket."""
    return s3.Bucket(stack, name, **options)


def released(stack: cdk.Stack, code: str) -> object:
    """Return a function whose code is released under an alias."""
    alias = lambda_.Alias(
        stack,
        "Live",
        alias_name="live",
        version=function(stack, code).current_version,
    )
    alias.add_event_source(sources.SqsEventSource(sqs.Queue(stack, "Work")))
    return alias


def with_assets(stack: cdk.Stack, folder: str) -> object:
    """Return a function whose code is in *folder*, and a nested stack."""
    nested = cdk.NestedStack(stack, "Nested")
    sqs.Queue(nested, "Queue", queue_name=folder[-1])
    return lambda_.Function(
        stack,
        "Code",
        code=lambda_.Code.from_asset(folder),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


class TestHarmless:
    """Edits of every day, none of which needs attention."""

    def test_other_code(self):
        """Another version, with another id, takes over by the alias."""
        changes = between(lambda s: released(s, "a"), lambda s: released(s, "b"))

        assert [] == needs_attention(changes)
        assert "AWS::Lambda::Version" in {
            each.type for each in changes if each.effect is Effect.HARMLESS
        }

    def test_other_assets(self, tmp_path):
        """Code in a folder and nested templates are known by their hashes."""
        for name in "ab":
            (tmp_path / name).mkdir()
            (tmp_path / name / "index.py").write_text(name)

        changes = between(
            lambda s: with_assets(s, str(tmp_path / "a")),
            lambda s: with_assets(s, str(tmp_path / "b")),
        )

        assert {Effect.HARMLESS} == {each.effect for each in changes}
        assert {"Code.S3Key", "TemplateURL"} == {each.where for each in changes}

    def test_tags(self):
        """Tags of buckets, tables and functions change in place."""

        def tagged(stack: cdk.Stack) -> None:
            plain(stack)
            cdk.Tags.of(stack).add("team", "shop")

        def plain(stack: cdk.Stack) -> None:
            bucket(stack)
            function(stack)
            SecureBucket(stack, "Ours")

        assert {Effect.HARMLESS} == {each.effect for each in between(plain, tagged)}

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (bucket, lambda s: bucket(s, versioned=True)),
            (bucket, lambda s: bucket(s, enforce_ssl=True)),
            (bucket, lambda s: bucket(s, encryption=s3.BucketEncryption.KMS)),
            (bucket, lambda s: bucket(s, event_bridge_enabled=True)),
            (function, lambda s: function(s, timeout=cdk.Duration.seconds(30))),
            (function, lambda s: function(s, environment={"STAGE": "prod"})),
            (function, lambda s: function(s, description="Takes orders.")),
            (
                function,
                lambda s: function(s).add_to_role_policy(
                    iam.PolicyStatement(actions=["s3:ListBucket"], resources=["*"])
                ),
            ),
            (function, lambda s: function(s, architecture=lambda_.Architecture.ARM_64)),
            (
                lambda s: sqs.Queue(s, "Q"),
                lambda s: sqs.Queue(s, "Q", visibility_timeout=cdk.Duration.minutes(1)),
            ),
            (
                lambda s: sqs.Queue(s, "Q"),
                lambda s: sqs.Queue(s, "Q", retention_period=cdk.Duration.days(14)),
            ),
            (
                lambda s: SecureBucket(s, "Data"),
                lambda s: SecureBucket(s, "Data", event_bridge_enabled=True),
            ),
            (bucket, lambda s: (bucket(s), TenantTable(s, "Orders"))),
            (bucket, lambda s: (bucket(s), AppEventBus(s, "Bus"))),
        ],
    )  # fmt: skip
    def test_options(self, old, new):
        """More of something, or another value in place."""
        assert [] == needs_attention(between(old, new))

    @pytest.mark.parametrize("build", [bucket, function, lambda s: released(s, "a")])
    def test_feature_flags(self, build):
        """An app that takes all recommended flags keeps what it has."""
        changes = compare(made(build), made(build, RECOMMENDED))

        assert [] == needs_attention(changes)


class TestDangers:
    """Edits that look as harmless."""

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            (bucket, lambda s: bucket(s, "Objects"), "this is a rename: Data"),
            (bucket, lambda s: bucket(s, bucket_name="data"), "is replaced"),
            (
                bucket,
                lambda s: bucket(s, removal_policy=cdk.RemovalPolicy.DESTROY),
                "it is deleted with its data",
            ),
            (
                lambda s: bucket(s, removal_policy=cdk.RemovalPolicy.DESTROY),
                lambda s: bucket(
                    s,
                    removal_policy=cdk.RemovalPolicy.DESTROY,
                    auto_delete_objects=True,
                ),
                "empties it whenever the stack lets go of it",
            ),
            (lambda s: bucket(s, versioned=True), bucket, "versioning is suspended"),
            (
                bucket,
                lambda s: bucket(s).add_lifecycle_rule(
                    expiration=cdk.Duration.days(30)
                ),
                "starts to delete objects",
            ),
            (
                lambda s: sqs.Queue(s, "Q"),
                lambda s: sqs.Queue(s, "Q", fifo=True),
                "is replaced",
            ),
            (
                lambda s: logs.LogGroup(s, "Logs"),
                lambda s: logs.LogGroup(
                    s, "Logs", retention=logs.RetentionDays.ONE_WEEK
                ),
                "logs older than that are deleted",
            ),
        ],
    )  # fmt: skip
    def test_is_found(self, old, new, words):
        """Each needs attention."""
        found = needs_attention(between(old, new))

        assert any(words in each.why for each in found)


def plain_table(stack: cdk.Stack) -> object:
    """Return a table as most stacks have it."""
    key = dynamodb.Attribute(name="PK", type=STRING)
    sort = dynamodb.Attribute(name="SK", type=STRING)
    return dynamodb.Table(stack, "Data", partition_key=key, sort_key=sort)


def ours(stack: cdk.Stack, **options: Any) -> ObservedFunction:
    """Return our function in the place of the plain one."""
    return ObservedFunction(
        stack,
        "Code",
        code=lambda_.Code.from_inline("a"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        **options,
    )


def nightly(stack: cdk.Stack) -> object:
    """Return a rule that runs each night."""
    return events.Rule(
        stack, "Nightly", schedule=events.Schedule.rate(cdk.Duration.days(1))
    )


class TestAdoption:
    """What is said as constructs of this library take the place of plain ones."""

    def test_a_group_of_the_flag(self):
        """The named group of the function goes, with its history."""
        (change,) = needs_attention(between(function, ours, flags=RECOMMENDED))

        assert "AWS::Logs::LogGroup" == change.type
        assert "it leaves the stack as an orphan" in change.why

    def test_a_group_of_lambda(self):
        """The group is in no template; that logs go elsewhere is said."""
        (change,) = (
            each for each in between(function, ours) if each.effect is Effect.DATA
        )

        assert "LoggingConfig.LogGroup" == change.where
        assert "metric filters, subscriptions" in change.why

    def test_another_type_of_table(self):
        """The update would be refused."""
        (change,) = needs_attention(
            between(plain_table, lambda s: TenantTable(s, "Data"))
        )

        assert "CloudFormation refuses to change the type" in change.why

    def test_a_rule_that_moves_to_a_bus(self):
        """The rule comes under another id."""

        def plain(stack: cdk.Stack) -> None:
            bus = events.EventBus(stack, "Bus")
            events.Rule(
                stack,
                "Placed",
                event_bus=bus,
                event_pattern=events.EventPattern(source=["shop"]),
            )

        def routed(stack: cdk.Stack) -> None:
            bus = AppEventBus(stack, "Bus")
            bus.route("Placed", sources=["shop"], to=sqs.Queue(stack, "Orders"))

        (change,) = (
            each
            for each in between(plain, routed)
            if (each.type, each.effect) == ("AWS::Events::Rule", Effect.REPLACED)
        )

        assert "this is a rename: PlacedD9956B27 became BusPlaced5DA5323F" in change.why

    def test_a_rule_that_becomes_a_schedule(self):
        """Another type under the same id is refused."""

        def scheduled(stack: cdk.Stack) -> None:
            EventSchedule(
                stack, "Nightly", expression="rate(1 day)", to=sqs.Queue(stack, "Q")
            )

        changes = between(nightly, scheduled)

        assert "Type" in {
            each.where for each in changes if "Nightly" in each.logical_id
        }

    def test_an_inline_policy_that_becomes_a_managed_one(self):
        """It goes under its id, and another comes: no danger."""

        def allowed(stack: cdk.Stack) -> None:
            function(stack).add_to_role_policy(listing())

        def ours_allowed(stack: cdk.Stack) -> None:
            ours(stack).add_to_role_policy(listing())

        def listing() -> iam.PolicyStatement:
            return iam.PolicyStatement(actions=["s3:ListBucket"], resources=["*"])

        changes = between(allowed, ours_allowed)

        assert [] == needs_attention(changes)
        assert ("AWS::IAM::Policy", Effect.REPLACED) in {
            (each.type, each.effect) for each in changes
        }

    def test_a_queue_with_failed_events(self):
        """CDK's own queue is deleted, with the events in it."""
        found = needs_attention(
            between(lambda s: function(s, dead_letter_queue_enabled=True), ours)
        )

        assert ["AWS::SQS::Queue"] == [each.type for each in found]
        assert "it is deleted, and with it the messages" in found[0].why

    def test_settings_of_an_alias(self):
        """The invoke config of another qualifier replaces the one that was there."""

        def plain(stack: cdk.Stack) -> None:
            function(stack, retry_attempts=1)

        def released_ours(stack: cdk.Stack) -> None:
            ours(stack, provisioned_concurrency=1)

        changes = between(plain, released_ours)

        assert [] == needs_attention(changes)
        assert "AWS::Lambda::EventInvokeConfig" in {each.type for each in changes}
