"""What several of the hand-written constructs are made of."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import (
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import IConstruct

EVERY = cdk.Duration.minutes(5)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_END_OF_THE_LINE = "This queue is itself where messages end that nobody could process."


def put_on_record(resource: IConstruct, kind: str, **more: Any) -> Any:  # noqa: ANN401 - both as JSON and as CDK have them
    """Write the metadata that ours writes, and return the L1 resource."""
    l1: Any = resource.node.default_child
    record = {"Construct": kind, "Tier": "production", **more}
    l1.add_metadata("SecureConstructs", record)
    return l1


def acknowledge(scope: IConstruct, reason: str, *rules: str) -> None:
    """Acknowledge findings of *rules* at *scope*."""
    acknowledgments = [cdk.Acknowledgment(id=rule, reason=reason) for rule in rules]
    cdk.Validations.of(scope).acknowledge(*acknowledgments)


def dead_letters(scope: IConstruct, construct_id: str = "DeadLetterQueue") -> sqs.Queue:
    """Define a queue for what could not be delivered or processed."""
    queue = sqs.Queue(
        scope,  # type: ignore[arg-type] # every construct is one
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
        removal_policy=KEPT,
    )
    acknowledge(
        queue,
        _END_OF_THE_LINE,
        "AwsSolutions::AwsSolutions-SQS3",
        "Serverless::Serverless-SQSRedrivePolicy",
    )
    return queue


def waiting(queue: sqs.IQueue) -> cloudwatch.Metric:
    """Return how many messages wait in *queue*."""
    return queue.metric_approximate_number_of_messages_visible(
        period=EVERY, statistic="Maximum"
    )


def alarm(
    scope: Any,  # noqa: ANN401 - any construct
    construct_id: str,
    metric: cloudwatch.IMetric,
    topic: sns.ITopic,
    says: str,
    *,
    threshold: float = 1,
    periods: int = 1,
) -> None:
    """Define an alarm that tells *topic*."""
    made = cloudwatch.Alarm(
        scope,
        construct_id,
        metric=metric,
        threshold=threshold,
        comparison_operator=_AT_LEAST,
        evaluation_periods=periods,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=says,
    )
    made.add_alarm_action(actions.SnsAction(topic))
