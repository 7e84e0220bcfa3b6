"""A function by hand, with its role, logs, queue, alarms and dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_lambda_destinations as destinations,
    aws_logs as logs,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from benchmarks.by_hand.parts import (
    EVERY,
    KEPT,
    acknowledge,
    alarm,
    dead_letters,
    put_on_record,
    waiting,
)
from benchmarks.given import IN_LINE

_NO_QUEUE_RULES = (
    "SecureConstructs::LAM-06",
    "HIPAA.Security::HIPAA.Security-LambdaDLQ",
    "NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ",
    "Serverless::Serverless-LambdaAsyncFailureDestination",
    "Serverless::Serverless-LambdaDLQ",
)
_QUEUE_RULES = (
    "Serverless::Serverless-LambdaDLQ",
    "HIPAA.Security::HIPAA.Security-LambdaDLQ",
    "NIST.800.53.R5::NIST.800.53.R5-LambdaDLQ",
)


class Function:
    """
    A function, and what it is made of.

    Attributes:
        function: The function itself.
        role: Its role.
        logs: Its log group.
        queue: Its failure queue, if it has one.
        inside: The construct that all its parts belong to.
        name: What it is called.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        topic: sns.ITopic,
        *,
        code: lambda_.Code | None = None,
        handler: str = "index.handler",
        service: str = "",
        environment: Mapping[str, str] | None = None,
        layer: lambda_.ILayerVersion | None = None,
        no_queue: str = "",
    ) -> None:
        """Define it; without a queue for the reason *no_queue*."""
        inside = Construct(scope, construct_id)
        self.queue = None if no_queue else dead_letters(inside, "FailureQueue")
        self.logs = logs.LogGroup(
            inside, "Logs", retention=logs.RetentionDays.ONE_YEAR, removal_policy=KEPT
        )
        put_on_record(self.logs, "FunctionLogs")
        self.role = _role(inside, self.logs, self.queue)
        self.function = lambda_.Function(
            inside,
            "Default",
            code=code or lambda_.Code.from_inline(IN_LINE),
            handler=handler,
            runtime=lambda_.Runtime.PYTHON_3_14,
            # So that CDK adds nothing to the role that it is given.
            role=self.role.without_policy_updates(),
            timeout=cdk.Duration.seconds(30),
            memory_size=256,
            architecture=lambda_.Architecture.ARM_64,
            environment={
                "POWERTOOLS_SERVICE_NAME": service or construct_id,
                "POWERTOOLS_METRICS_NAMESPACE": service or construct_id,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
                **(environment or {}),
            },
            layers=[layer] if layer else None,
            log_group=self.logs,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            recursive_loop=lambda_.RecursiveLoop.TERMINATE,
            tracing=lambda_.Tracing.ACTIVE,
            **_asynchronous(self.queue),
        )
        _say(self.function, self.role, no_queue)
        _watch(inside, construct_id, self.function, topic, kept=not no_queue)
        if self.queue:
            says = (
                f"Events that {construct_id} could not process wait in its failure "
                "queue, for 14 days. Repair the cause, then send them again."
            )
            alarm(inside, "FailedEvents", waiting(self.queue), topic, says)
        self.inside, self.name = inside, construct_id

    def may(self, statements: Sequence[iam.PolicyStatement]) -> None:
        """Let the function do what *statements* say."""
        iam.ManagedPolicy(
            self.role, "Grants", roles=[self.role], statements=list(statements)
        )


def _role(scope: Construct, group: logs.LogGroup, queue: sqs.Queue | None) -> iam.Role:
    role = iam.Role(
        scope,
        "ServiceRole",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    statements = [
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
    ]
    if queue:
        failures = iam.PolicyStatement(
            sid="Failures", actions=["sqs:SendMessage"], resources=[queue.queue_arn]
        )
        statements.append(failures)
    own = iam.ManagedPolicy(role, "Own", statements=statements)
    role.add_managed_policy(own)
    reason = "X-Ray knows no resources."
    acknowledge(own, reason, "AwsSolutions::AwsSolutions-IAM5[Resource::*]")
    return role


def _asynchronous(queue: sqs.Queue | None) -> dict[str, Any]:
    if not queue:
        return {}
    return {
        "on_failure": destinations.SqsDestination(queue),
        "retry_attempts": 2,
        "max_event_age": cdk.Duration.hours(6),
    }


def _say(made: lambda_.Function, role: iam.Role, no_queue: str) -> None:
    waivers = {"LAM-06": {"Reason": no_queue}}
    record = {"Waivers": waivers} if no_queue else {}
    l1 = put_on_record(made, "ObservedFunction", **record)
    # The function waits for its permissions, as CDK lets it for its own role.
    l1.node.add_dependency(role)
    if no_queue:
        acknowledge(l1, no_queue, *_NO_QUEUE_RULES)
    else:
        reason = "Failed events go to a destination, which is told why they failed."
        acknowledge(l1, reason, *_QUEUE_RULES)


def _watch(
    scope: Construct,
    name: str,
    made: lambda_.Function,
    topic: sns.ITopic,
    *,
    kept: bool,
) -> None:
    where = " Failed events wait in its failure queue." if kept else ""
    says = f"{name} fails. Its log group says why: filter for level ERROR.{where}"
    alarm(scope, "Errors", made.metric_errors(period=EVERY), topic, says)
    says = (
        f"{name} is called more often than it may run at once. Raise its reserved "
        "concurrency or the account's quota, or slow its callers."
    )
    alarm(scope, "Throttles", made.metric_throttles(period=EVERY), topic, says)
    says = (
        f"{name} takes 24 seconds and more, of 30 until it is stopped. Its traces say "
        "where: a slow dependency, or too little memory."
    )
    slow = made.metric_duration(period=EVERY, statistic="p99")
    alarm(scope, "Slow", slow, topic, says, threshold=24000, periods=3)
