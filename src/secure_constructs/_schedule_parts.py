"""The parts of a schedule: the role it acts by, and what it tells the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam, aws_scheduler as scheduler

from secure_constructs._event_delivery import (
    ACCOUNT,
)
from secure_constructs._event_targets import Kind
from secure_constructs._granted_role import GrantedRole

if TYPE_CHECKING:
    from aws_cdk import (
        aws_kms as kms,
        aws_sqs as sqs,
    )
    from constructs import Construct

    from secure_constructs._event_targets import Target
    from secure_constructs._place import Place

_DOES = {
    Kind.FUNCTION: "lambda:InvokeFunction",
    Kind.QUEUE: "sqs:SendMessage",
    Kind.STATE_MACHINE: "states:StartExecution",
    Kind.BUS: "events:PutEvents",
}
_NO_DETAIL = scheduler.ScheduleTargetInput.from_object({})
_SEND_ENCRYPTED = ["kms:Decrypt", "kms:GenerateDataKey"]


def doing(
    target: Target, source: str | None, detail_type: str | None
) -> list[dict[str, Any]]:
    """Return the statements for the one thing that a schedule does."""
    statement: dict[str, Any] = {
        "Sid": "Target",
        "Effect": "Allow",
        "Action": _DOES[target.kind],
        "Resource": target.arn,
    }
    if target.kind is Kind.BUS:
        # A key with several values that is absent equals anything for ForAllValues.
        pinned = {"events:source": source, "events:detail-type": detail_type}
        statement["Condition"] = {
            "ForAllValues:StringEquals": pinned,
            "Null": dict.fromkeys(pinned, "false"),
        }
    if target.queue is None:
        return [statement]
    return [statement, *_with_key("TargetKey", target.queue.encryption_master_key)]


def keeping(
    queue: sqs.IQueue | None, queue_key: kms.IKey | None, key: kms.IKey | None
) -> list[dict[str, Any]]:
    """Return the statements for a dead-letter queue and the schedule's own key."""
    statements: list[dict[str, Any]] = []
    if queue is not None:
        statements = [
            {
                "Sid": "DeadLetters",
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Resource": queue.queue_arn,
            },
            *_with_key("DeadLettersKey", queue_key),
        ]
    if key is not None:
        reading = {
            "Sid": "Input",
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": key.key_arn,
        }
        statements.append(reading)
    return statements


def _with_key(sid: str, key: kms.IKey | None) -> list[dict[str, Any]]:
    if key is None:
        return []
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": _SEND_ENCRYPTED,
        "Resource": key.key_arn,
    }
    return [statement]


def role_of(
    scope: Construct,
    statements: list[dict[str, Any]],
    *,
    place: Place,
    group: scheduler.IScheduleGroup | None,
) -> GrantedRole:
    """Define the role of a schedule, for schedules of its group and account only."""
    stack = place.stack
    here = f"arn:{stack.partition}:scheduler:{stack.region}:{stack.account}"
    arn = group.schedule_group_arn if group else f"{here}:schedule-group/default"
    trusted = {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": arn}
    principal = iam.ServicePrincipal(
        "scheduler.amazonaws.com", conditions={"StringEquals": trusted}
    )
    return GrantedRole(scope, "Role", assumed_by=principal, own=statements)


def described(
    target: Target,
    *,
    role: iam.IRole,
    input_: scheduler.ScheduleTargetInput | None,
    source: str | None,
    detail_type: str | None,
    group: str | None,
) -> dict[str, Any]:
    """Return what *target* is, as CDK takes it."""
    found: dict[str, Any] = {"arn": target.arn, "role": role, "input": input_}
    if source is not None:
        found["input"] = input_ or _NO_DETAIL
        found["event_bridge_parameters"] = (
            scheduler.CfnSchedule.EventBridgeParametersProperty(
                source=source, detail_type=str(detail_type)
            )
        )
    if group is not None:
        found["sqs_parameters"] = scheduler.CfnSchedule.SqsParametersProperty(
            message_group_id=group
        )
    return found
