"""What a route tells its rule: where to deliver, how often, and who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii

from aws_cdk import aws_events as events

from secure_constructs._alarms import alarm, metric, warn_if_unheard
from secure_constructs._event_delivery import (
    AGE,
    ATTEMPTS,
    SHORTEST,
    watch_dead_letters,
)
from secure_constructs._event_targets import check_environment

if TYPE_CHECKING:
    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_sns as sns,
        aws_sqs as sqs,
    )
    from aws_cdk.interfaces.aws_events import IRuleRef
    from constructs import Construct

    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.waiver import Waived

_PASSED_ON = (
    "app_sync_parameters",
    "arn",
    "batch_parameters",
    "ecs_parameters",
    "http_parameters",
    "input",
    "kinesis_parameters",
    "redshift_data_parameters",
    "role",
    "run_command_parameters",
    "sqs_parameters",
)


def bound(
    inputs: Inputs,
    place: Place,
    rule: events.Rule,
    to: events.IRuleTarget,
    queue: sqs.IQueue | Waived | None,
) -> dict[str, Any]:
    """
    Return how a target class of CDK's describes itself.

    Raises:
        ValueError: It is in another region or account, has retries that EventBridge
            refuses, or a dead-letter queue of its own, which would get nothing.
    """
    config = to.bind(rule, "Target0")
    if hasattr(config.target_resource, "env"):
        check_environment(inputs, place, "to", config.target_resource)
    if config.dead_letter_config and not hasattr(queue, "queue_arn"):
        problem = (
            "has a dead-letter queue of its own; pass that to the route instead, as "
            "dead_letter_queue="
        )
        raise inputs.wrong("to", type(to).__name__, problem)
    own = config.retry_policy
    if own is not None:
        attempts, age = own.maximum_retry_attempts, own.maximum_event_age_in_seconds
        inputs.whole("to.retry_attempts", attempts, low=0, high=ATTEMPTS)
        inputs.whole("to.max_event_age", age, low=SHORTEST, high=AGE)
    found = {name: getattr(config, name) for name in _PASSED_ON}
    return {**found, "retry_policy": own}


def aim(
    rule: events.Rule,
    config: dict[str, Any],
    *,
    queue: sqs.IQueue | None,
    attempts: float | None,
    age: Duration | None,
) -> None:
    """Give *rule* its target, with our dead-letter queue and retries."""
    own = config.pop("retry_policy", None)
    dead_letters = None
    if queue is not None:
        dead_letters = events.CfnRule.DeadLetterConfigProperty(arn=queue.queue_arn)
    described = events.RuleTargetConfig(
        dead_letter_config=dead_letters,
        retry_policy=_retries(attempts, age, own),
        **config,
    )
    rule.add_target(_Bound(described))


def _retries(
    attempts: float | None,
    age: Duration | None,
    own: events.CfnRule.RetryPolicyProperty | None,
) -> events.CfnRule.RetryPolicyProperty:
    """Return how often and how long to try: as asked for, else *own*, else most."""
    if attempts is None and own is not None:
        attempts = own.maximum_retry_attempts
    seconds = own.maximum_event_age_in_seconds if own is not None else None
    if age is not None:
        seconds = age.to_seconds()
    return events.CfnRule.RetryPolicyProperty(
        maximum_retry_attempts=ATTEMPTS if attempts is None else attempts,
        maximum_event_age_in_seconds=seconds or AGE,
    )


@jsii.implements(events.IRuleTarget)
class _Bound:
    """A target that is described already."""

    def __init__(self, config: events.RuleTargetConfig) -> None:
        self._config = config

    def bind(
        self,
        rule: IRuleRef,  # noqa: ARG002 - CDK's signature
        id: str | None = None,  # noqa: A002, ARG002 - CDK's signature
    ) -> events.RuleTargetConfig:
        """Return the description."""
        return self._config


def watch(
    scope: Construct,
    called: str,
    *,
    name: str,
    bus: events.IEventBus | None,
    queue: sqs.IQueue | None,
    topic: sns.ITopic | None,
) -> list[cloudwatch.Alarm]:
    """Define the alarms of a rule (EVB-08)."""
    of = {"RuleName": name}
    if bus is not None:
        of["EventBusName"] = bus.event_bus_name
    failed = alarm(
        scope,
        "FailedInvocations",
        metric("AWS/Events", "FailedInvocations", of),
        threshold=1,
        says=f"Events of {called} could not be delivered after the last attempt. Look "
        "at the target: does it exist, throttle, or refuse?",
        topic=topic,
    )
    warn_if_unheard(scope, topic)
    if queue is None:
        return [failed]
    says = (
        f"Events that {called} could not deliver wait in its dead-letter queue, for 14 "
        "days. Each says why in its attributes. Repair the cause, then send them again."
    )
    return [*watch_dead_letters(scope, queue, says, topic), failed]
