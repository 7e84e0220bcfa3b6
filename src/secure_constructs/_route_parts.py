"""The parts of a route: its rule, and what lets that reach its target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Token, aws_events as events, aws_iam as iam, aws_lambda as lambda_

from secure_constructs._event_delivery import (
    ACCOUNT,
    let_events_use,
    let_rule_send,
)
from secure_constructs._event_matchers import is_open
from secure_constructs._event_targets import Kind
from secure_constructs._granted_role import GrantedRole

if TYPE_CHECKING:
    from constructs import Construct

    from secure_constructs._event_patterns import Pattern
    from secure_constructs._event_targets import Target
    from secure_constructs._place import Place

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
    if is_open(values):
        return Token.as_list(values)
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
