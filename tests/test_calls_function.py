"""What a function costs in calls to CDK's own process, beside code without ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_lambda_destinations as destinations,
    aws_logs as logs,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from secure_constructs import AppKey, Waived
from tests.support.calls import kernel_calls
from tests.support.functions import function
from tests.support.synth import new_app, synthesize

REASON = "nobody calls this function but its own team"
NOBODY = Waived(REASON)
EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def by_hand(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define what a function of ours renders, as CDK's documentation writes it."""
    scope = Construct(stack, name)
    queue = sqs.Queue(
        scope,
        "FailureQueue",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
        removal_policy=KEPT,
    )
    acknowledge(queue, "AwsSolutions::AwsSolutions-SQS3")
    group = logs.LogGroup(
        scope, "Logs", retention=logs.RetentionDays.ONE_YEAR, removal_policy=KEPT
    )
    put_on_record(group, "FunctionLogs")
    lambda_service = iam.ServicePrincipal("lambda.amazonaws.com")
    role = iam.Role(scope, "ServiceRole", assumed_by=lambda_service)
    own = iam.ManagedPolicy(
        role,
        "Own",
        statements=[
            iam.PolicyStatement(
                sid="Logs",
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            ),
            iam.PolicyStatement(
                sid="Tracing",
                actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                resources=["*"],
            ),
            iam.PolicyStatement(
                sid="Failures", actions=["sqs:SendMessage"], resources=[queue.queue_arn]
            ),
        ],
    )
    role.add_managed_policy(own)
    acknowledge(own, "AwsSolutions::AwsSolutions-IAM5[Resource::*]")
    made = lambda_.Function(
        scope,
        "Default",
        code=lambda_.Code.from_inline("def handler(event, context): pass"),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        # So that CDK adds nothing to the role that it is given.
        role=role.without_policy_updates(),
        timeout=cdk.Duration.seconds(30),
        memory_size=256,
        architecture=lambda_.Architecture.ARM_64,
        environment={
            "POWERTOOLS_SERVICE_NAME": name,
            "POWERTOOLS_METRICS_NAMESPACE": name,
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
        },
        log_group=group,
        logging_format=lambda_.LoggingFormat.JSON,
        application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
        recursive_loop=lambda_.RecursiveLoop.TERMINATE,
        tracing=lambda_.Tracing.ACTIVE,
        on_failure=destinations.SqsDestination(queue),
        retry_attempts=2,
        max_event_age=cdk.Duration.hours(6),
    )
    l1 = put_on_record(made, "ObservedFunction")
    # The function waits for its permissions, as CDK lets it for its own role.
    l1.node.add_dependency(role)
    acknowledge(l1, "Serverless::Serverless-LambdaDLQ")
    watch(scope, name, made, queue, topic)


def watch(
    scope: Construct,
    name: str,
    made: lambda_.Function,
    queue: sqs.Queue,
    topic: sns.ITopic,
) -> None:
    """Define the four alarms."""
    waiting = queue.metric_approximate_number_of_messages_visible(
        period=EVERY, statistic="Maximum"
    )
    for construct_id, metric, threshold, periods, says in (
        (
            "Errors",
            made.metric_errors(period=EVERY),
            1,
            1,
            (
                f"{name} fails. Its log group says why: filter for level ERROR. Failed "
                "events wait in its failure queue."
            ),
        ),
        (
            "Throttles",
            made.metric_throttles(period=EVERY),
            1,
            1,
            (
                f"{name} is called more often than it may run at once. Raise its "
                "reserved concurrency or the account's quota, or slow its callers."
            ),
        ),
        (
            "Slow",
            made.metric_duration(period=EVERY, statistic="p99"),
            24000,
            3,
            (
                f"{name} takes 24 seconds and more, of 30 until it is stopped. Its "
                "traces say where: a slow dependency, or too little memory."
            ),
        ),
        (
            "FailedEvents",
            waiting,
            1,
            1,
            (
                f"Events that {name} could not process wait in its failure queue, for "
                "14 days. Repair the cause, then send them again."
            ),
        ),
    ):
        alarm = cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            threshold=threshold,
            comparison_operator=AT_LEAST,
            evaluation_periods=periods,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=says,
        )
        alarm.add_alarm_action(actions.SnsAction(topic))


def acknowledge(scope: Construct, rule: str) -> None:
    """Acknowledge a finding, as an app would."""
    cdk.Validations.of(scope).acknowledge(cdk.Acknowledgment(id=rule, reason=REASON))


def put_on_record(resource: Any, kind: str) -> Any:
    """Write the metadata that ours writes."""
    l1: Any = resource.node.default_child
    l1.add_metadata("SecureConstructs", {"Construct": kind, "Tier": "production"})
    return l1


def ours(stack: cdk.Stack, name: str, topic: sns.ITopic) -> None:
    """Define a function of ours."""
    function(stack, name, alarm_topic=topic)


def further(define: Callable[[cdk.Stack, str, sns.ITopic], object]) -> int:
    """Return how many calls *define* makes beside a function that is there already."""
    stack = cdk.Stack(new_app(), "Stack")
    topic = sns.Topic(stack, "Topic")
    ours(stack, "First", topic)
    with kernel_calls() as calls:
        define(stack, "Fn", topic)
    return len(calls)


class TestBesideCodeByHand:
    def test_renders_the_same(self):
        """Both ways give one template, so that their cost can be compared."""
        templates = []
        for define in (by_hand, ours):
            app = new_app()
            stack = cdk.Stack(app, "Stack")
            define(stack, "Fn", sns.Topic(stack, "Topic"))
            templates.append(synthesize(app).templates["Stack.template.json"])

        hand, our = (each["Resources"] for each in templates)
        assert hand == our

    def test_calls_no_more(self):
        """A function of ours takes no more calls than the same one by hand."""
        assert further(ours) <= further(by_hand)


class TestExactly:
    """Numbers that only a decision may raise."""

    def test_in_production(self):
        """With four alarms that tell a topic."""
        assert 45 == further(ours)

    def test_without_alarms(self):
        """In development, or where somebody else watches."""
        assert 35 == further(
            lambda stack, name, _topic: function(stack, name, alarms=NOBODY)
        )

    @pytest.mark.parametrize(
        ("options", "calls"),
        [
            ({"timeout": cdk.Duration.seconds(3)}, 1),
            ({"memory_size": 512}, 0),
            ({"architecture": lambda_.Architecture.X86_64}, 1),
            ({"environment": {"STAGE": "test"}}, 0),
            ({"tracing": NOBODY}, -3),
            ({"failure_queue": NOBODY}, -11),
            ({"provisioned_concurrency": 2}, 6),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_each_option(self, options, calls):
        """What an option costs beside the function itself."""
        assert 35 + calls == further(
            lambda stack, name, _topic: function(stack, name, alarms=NOBODY, **options)
        )

    def test_key(self):
        """A key costs its ARN and names in the policy, and what SQS knows of it."""
        stack = cdk.Stack(new_app(), "Stack")
        key = AppKey(stack, "Key")
        function(stack, "First", encryption_key=key, alarms=NOBODY)

        with kernel_calls() as calls:
            function(stack, "Fn", encryption_key=key, alarms=NOBODY)

        assert 35 + 6 == len(calls)
