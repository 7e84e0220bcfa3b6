"""ObservedFunction, for the contract."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_ec2 as ec2,
    aws_iam as iam,
    aws_kinesis as kinesis,
    aws_lambda as lambda_,
    aws_lambda_destinations as destinations,
    aws_lambda_event_sources as event_sources,
    aws_logs as logs,
    aws_secretsmanager as secretsmanager,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from secure_constructs import AppKey, ObservedFunction, Tier, Waived
from tests.specimens.specimen import Adoption, Specimen


def _code() -> Any:
    return {
        "code": lambda_.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": lambda_.Runtime.PYTHON_3_14,
    }


def _topic(scope: Construct, name: str) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    stack = cdk.Stack.of(scope)
    arn = f"arn:{stack.partition}:sns:{stack.region}:{stack.account}:on-call"
    return sns.Topic.from_topic_arn(scope, f"{name}Topic", arn)


def _plain(scope: Construct, name: str) -> object:
    return lambda_.Function(scope, name, **_code())


def _defaults(scope: Construct, name: str) -> ObservedFunction:
    return ObservedFunction(scope, name, alarm_topic=_topic(scope, name), **_code())


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    function = ObservedFunction(
        scope,
        name,
        description="Takes orders",
        timeout=cdk.Duration.seconds(20),
        memory_size=512,
        environment={"STAGE": "test", "TOKEN_KIND": "hexadecimal"},
        plaintext={"TOKEN_KIND": Waived("the kind of a token, which is no secret")},
        secrets={
            "DB_SECRET": secretsmanager.Secret.from_secret_name_v2(
                scope, f"{name}Secret", "orders/db"
            )
        },
        ephemeral_storage_size=cdk.Size.gibibytes(1),
        vpc=_vpc(scope, name),
        service="orders",
        metrics_namespace="Shop/Orders",
        powertools_layer=None if _is_elsewhere(scope) else "3.23.0",
        log_level=lambda_.ApplicationLogLevel.WARN,
        log_retention=logs.RetentionDays.THREE_MONTHS,
        retry_attempts=1,
        max_event_age=cdk.Duration.hours(1),
        reserved_concurrent_executions=10,
        provisioned_concurrency=2,
        max_provisioned_concurrency=8,
        encryption_key=key,
        alarm_topic=_topic(scope, name),
        dashboard=True,
        tier=Tier.PRODUCTION,
        **_code(),
    )
    visible = cdk.Duration.minutes(2)
    function.add_queue_source(
        sqs.Queue(scope, f"{name}Work", enforce_ssl=True, visibility_timeout=visible)
    )
    function.add_stream_source(_stream(scope, name))
    return function


def _is_elsewhere(scope: Construct) -> bool:
    """Whether AWS publishes no parameters for its layer there."""
    return cdk.Stack.of(scope).region.startswith(("cn-", "us-gov-"))


def _vpc(scope: Construct, name: str) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        scope,
        f"{name}Vpc",
        vpc_id="vpc-12345678",
        availability_zones=["a", "b"],
        private_subnet_ids=["subnet-12345678", "subnet-23456789"],
        private_subnet_route_table_ids=["rtb-12345678", "rtb-23456789"],
    )


def _stream(scope: Construct, name: str) -> kinesis.IStream:
    stack = cdk.Stack.of(scope)
    arn = f"arn:{stack.partition}:kinesis:{stack.region}:{stack.account}:stream/orders"
    return kinesis.Stream.from_stream_arn(scope, f"{name}Stream", arn)


def _busy(scope: Construct, name: str) -> object:
    """Return a function as many live stacks have it."""
    function = lambda_.Function(
        scope,
        name,
        function_name="orders",
        environment={"STAGE": "test"},
        on_failure=destinations.SqsDestination(_failed(scope)),
        **_code(),
    )
    function.add_event_source(event_sources.SqsEventSource(_work(scope)))
    function.add_to_role_policy(_listing())
    function.add_alias("live", provisioned_concurrent_executions=2)
    return function


def _still_busy(scope: Construct, name: str) -> object:
    function = ObservedFunction(
        scope,
        name,
        function_name="orders",
        environment={"STAGE": "test"},
        timeout=cdk.Duration.seconds(3),
        failure_queue=_failed(scope),
        provisioned_concurrency=2,
        **_code(),
    )
    function.function.add_event_source(event_sources.SqsEventSource(_work(scope)))
    function.add_to_role_policy(_listing())
    return function


def _failed(scope: Construct) -> sqs.Queue:
    return sqs.Queue(scope, "Failed")


def _work(scope: Construct) -> sqs.Queue:
    return sqs.Queue(scope, "Work")


def _listing() -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=["s3:ListAllMyBuckets"], resources=["*"])


def _with_dead_letters(scope: Construct, name: str) -> object:
    return lambda_.Function(scope, name, dead_letter_queue_enabled=True, **_code())


def _keeping_dead_letters(scope: Construct, name: str) -> object:
    queue = sqs.Queue(scope, "Kept", retention_period=cdk.Duration.days(14))
    l1: Any = queue.node.default_child
    l1.override_logical_id("DataDeadLetterQueue7527CB3B")
    return ObservedFunction(scope, name, failure_queue=queue, **_code())


def _with_a_role(scope: Construct, name: str) -> object:
    return lambda_.Function(scope, name, role=_role(scope), **_code())


def _role(scope: Construct) -> iam.Role:
    return iam.Role(
        scope,
        "Role",
        role_name="orders",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )


def _in_a_vpc(scope: Construct, name: str) -> object:
    return lambda_.Function(scope, name, vpc=_vpc(scope, name), **_code())


# With the flag for it, CDK defines the group that the function has.
_ORPHANED = {"DataLogGroup68C24228": "docs/howto/keep-a-live-functions-logs.md"}

SPECIMEN = Specimen(
    name="ObservedFunction",
    type="AWS::Lambda::Function",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _defaults, _ORPHANED),
        "logging to a group of Lambda's": Adoption(
            _plain,
            lambda scope, name: ObservedFunction(
                scope,
                name,
                log_group=logs.LogGroup.from_log_group_name(
                    scope, "Live", "/aws/lambda/Stack-Data666C94C7-AbCdEfGhIjKl"
                ),
                **_code(),
            ),
            _ORPHANED,
        ),
        "busy": Adoption(_busy, _still_busy, _ORPHANED),
        "with a dead-letter queue of CDK's": Adoption(
            _with_dead_letters, _keeping_dead_letters, _ORPHANED
        ),
        "with a role of its own": Adoption(
            _with_a_role,
            lambda scope, name: ObservedFunction(
                scope, name, role=_role(scope), **_code()
            ),
            _ORPHANED,
        ),
        "in a VPC": Adoption(
            _in_a_vpc,
            lambda scope, name: ObservedFunction(
                scope,
                name,
                vpc=_vpc(scope, name),
                allow_all_outbound=True,
                **_code(),
            ),
            _ORPHANED,
        ),
    },
)
