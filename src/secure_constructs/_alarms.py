"""Alarms: one way to make them, and whom they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import (
    Duration,
    Validations,
    aws_cloudwatch as cloudwatch,
    aws_cloudwatch_actions as actions,
)

from secure_constructs._inputs import has
from secure_constructs._notes import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import aws_sns as sns, aws_sqs as sqs
    from constructs import Construct

    from secure_constructs._inputs import Inputs

_ACTION = "_secure_constructs_alarm_action"
_PERIOD = Duration.minutes(5)
_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
# What did not happen is not measured: no calls, no errors, no messages.
_MISSING = cloudwatch.TreatMissingData.NOT_BREACHING
_UNHEARD = "secure-constructs:noAlarmTopic"
_UNHEARD_TEXT = (
    "The alarms tell nobody; pass alarm_topic=, here or in a Baseline, or acknowledge "
    "this warning where somebody watches them in another way."
)


def metric(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str = "Sum",
) -> cloudwatch.Metric:
    """Return a metric of AWS, in periods of five minutes."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=_PERIOD,
    )


def sum_of(metrics: Iterable[cloudwatch.Metric]) -> cloudwatch.MathExpression:
    """
    Return the sum of *metrics*, for an alarm that costs as much as all of them.

    Where one of them has no value, it counts as zero, and one that never had any is
    passed over: added up by `+`, either would leave the sum without a value.
    """
    named = {f"m{number}": each for number, each in enumerate(metrics)}
    filled = ", ".join(f"FILL({name}, 0)" for name in named)
    return cloudwatch.MathExpression(
        expression=f"SUM([{filled}])", using_metrics=named, period=_PERIOD
    )


def alarm(
    scope: Construct,
    construct_id: str,
    of: cloudwatch.IMetric,
    *,
    threshold: float,
    says: str,
    topic: sns.ITopic | None,
    periods: int = 1,
) -> cloudwatch.Alarm:
    """
    Define an alarm, and let it tell *topic*.

    Args:
        scope: The construct it belongs to.
        construct_id: What is wrong, in a word or two: the alarm's name ends with
            it, after the names of the stack and of the construct.
        of: The metric.
        threshold: From which value on it alarms.
        says: What happened, and what to do about it.
        topic: The topic, if there is one.
        periods: For how many periods in a row the threshold must be reached.
    """
    made = cloudwatch.Alarm(
        scope,
        construct_id,
        metric=of,
        threshold=threshold,
        comparison_operator=_AT_LEAST,
        evaluation_periods=periods,
        treat_missing_data=_MISSING,
        alarm_description=says,
    )
    if topic is not None:
        made.add_alarm_action(_action(topic))
    return made


def failures_waiting(queue: sqs.IQueue) -> cloudwatch.Metric:
    """Return how many messages wait in *queue*."""
    return queue.metric_approximate_number_of_messages_visible(
        period=_PERIOD, statistic="Maximum"
    )


def alarm_on_failures(
    scope: Construct,
    construct_id: str,
    queue: sqs.IQueue,
    *,
    says: str,
    topic: sns.ITopic | None,
) -> cloudwatch.Alarm:
    """Define an alarm that goes off as soon as *queue* is not empty."""
    waiting = failures_waiting(queue)
    return alarm(scope, construct_id, waiting, threshold=1, says=says, topic=topic)


def check_topic(inputs: Inputs, topic: sns.ITopic | None) -> None:
    """Raise if *topic* is given and no topic."""
    if topic is not None and not has(topic, "topic_arn"):
        problem = "is no topic; pass an sns.Topic or an imported one"
        raise inputs.wrong_kind("alarm_topic", topic, problem)


def warn_if_unheard(scope: Construct, topic: sns.ITopic | None) -> None:
    """Warn that the alarms in *scope* tell nobody, if there is no *topic*."""
    if topic is None:
        Validations.of(scope).add_warning(_UNHEARD, _UNHEARD_TEXT)


def _action(topic: sns.ITopic) -> actions.SnsAction:
    """Return the action for *topic*, one for all its alarms."""
    action = cast("actions.SnsAction | None", getattr(topic, _ACTION, None))
    if action is None:
        action = actions.SnsAction(topic)
        note(topic, _ACTION, action)
    return action
