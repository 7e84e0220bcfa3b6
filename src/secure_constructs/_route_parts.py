"""The parts of a route: its rule, and what lets that reach its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import jsii

from aws_cdk import Token, aws_events as events, aws_iam as iam, aws_lambda as lambda_

from secure_constructs._alarms import alarm, metric, warn_if_unheard
from secure_constructs._event_delivery import (
    ACCOUNT,
    AGE,
    ATTEMPTS,
    let_events_use,
    let_rule_send,
    watch_dead_letters,
)
from secure_constructs._event_targets import Kind, check_environment
from secure_constructs._granted_role import GrantedRole

if TYPE_CHECKING:
    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_sns as sns,
        aws_sqs as sqs,
    )
    from aws_cdk.interfaces.aws_events import IRuleRef
    from constructs import Construct

    from secure_constructs._event_patterns import Pattern
    from secure_constructs._event_targets import Target
    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.waiver import Waived

# What the L2 calls the fields that it knows; the others are set on the L1.
_OF_L2 = {
    "source": "source",
    "detail-type": "detail_type",
    "detail": "detail",
    "resources": "resources",
    "account": "account",
    "region": "region",
    "id": "id",
    "time": "time",
    "version": "version",
}
_DOES = {Kind.STATE_MACHINE: "states:StartExecution", Kind.BUS: "events:PutEvents"}
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


def rule_of(
    scope: Construct,
    bus: events.IEventBus | None,
    pattern: Pattern,
    *,
    rule_name: str | None,
    description: str | None,
    enabled: bool,
) -> events.Rule:
    """Define the rule, still without its target."""
    known = {
        name: _listed(pattern[field])
        for field, name in _OF_L2.items()
        if field in pattern
    }
    rule = events.Rule(
        scope,
        "Default",
        event_bus=bus,
        # CDK wants a field that it knows; every event has this version.
        event_pattern=events.EventPattern(**(known or {"version": ["0"]})),
        rule_name=rule_name,
        description=description,
        enabled=enabled,
    )
    if len(known) < len(pattern):
        l1 = cast("events.CfnRule", rule.node.default_child)
        l1.event_pattern = pattern
    return rule


def _listed(values: Any) -> Any:  # noqa: ANN401 - any part of a pattern
    """Return *values* as CDK takes them, which knows no matchers among texts."""
    if hasattr(values, "items") or all(isinstance(each, str) for each in values):
        return values
    return Token.as_list(list(values))


def reach(
    scope: Construct,
    target: Target,
    *,
    rule_arn: str,
    bus: events.IEventBus | None,
    place: Place,
) -> iam.IRole | None:
    """
    Let the rule, and nothing else, reach *target*.

    Returns:
        The role that the rule needs for that, if it needs one.
    """
    if target.kind is Kind.FUNCTION:
        lambda_.CfnPermission(
            scope,
            "Permission",
            action="lambda:InvokeFunction",
            function_name=target.arn,
            principal="events.amazonaws.com",
            source_account=ACCOUNT,
            source_arn=rule_arn,
        )
        return None
    if target.queue is not None:
        let_rule_send(scope, target.queue, rule_arn)
        let_events_use(target.queue.encryption_master_key, scope)
        return None
    return _role(scope, target, bus, place)


def _role(
    scope: Construct, target: Target, bus: events.IEventBus | None, place: Place
) -> GrantedRole:
    """
    Define a role that does one thing to one resource, for rules of this bus.

    The rule itself cannot be named: it needs the role before it has an ARN.
    """
    stack = place.stack
    of = f"{bus.event_bus_name}/" if bus else ""
    rules = f"arn:{stack.partition}:events:{stack.region}:{stack.account}:rule/{of}*"
    conditions = {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": rules},
    }
    return GrantedRole(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=conditions),
        own=[
            {
                "Sid": "Target",
                "Effect": "Allow",
                "Action": _DOES[target.kind],
                "Resource": target.arn,
            }
        ],
    )


def described(
    scope: Construct,
    target: Target,
    *,
    rule_arn: str,
    bus: events.IEventBus | None,
    place: Place,
    input_: events.RuleTargetInput | None,
    group: str | None,
) -> dict[str, Any]:
    """Let the rule reach *target*, and return how to describe that to it."""
    role = reach(scope, target, rule_arn=rule_arn, bus=bus, place=place)
    parameters = (
        events.CfnRule.SqsParametersProperty(message_group_id=group) if group else None
    )
    return {
        "arn": target.arn,
        "input": input_,
        "role": role,
        "sqs_parameters": parameters,
    }


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
        ValueError: It is in another region or account, or has a dead-letter queue
            of its own, which would get nothing.
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
    found = {name: getattr(config, name) for name in _PASSED_ON}
    return {**found, "retry_policy": config.retry_policy}


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
