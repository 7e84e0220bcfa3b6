"""The role of a function: what it needs to run, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Acknowledgment, Validations, aws_iam as iam

from secure_constructs._granted_role import GrantedRole
from secure_constructs.checks.template import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Stack, aws_kms as kms, aws_logs as logs, aws_sqs as sqs
    from constructs import Construct

_LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")
_FORCED = (
    "X-Ray's actions, and those on the network interfaces of a VPC, know no resources: "
    "IAM takes only * for them. The policy holds no other wildcard, and what is "
    "granted to the role later is in policies of its own."
)
_STREAMS = (
    "A log stream has no name before the function runs, so the policy names all "
    "streams of this one log group."
)
_NEEDS = "secure-constructs:roleOfYours"

_LOG = ["logs:CreateLogStream", "logs:PutLogEvents"]
_ENCRYPT = ["kms:Decrypt", "kms:GenerateDataKey"]
_TRACING = {
    "Sid": "Tracing",
    "Effect": "Allow",
    "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    "Resource": "*",
}
# Lambda itself makes the interfaces. It does so as the role, but without the key of
# the condition, which is there in calls that the function's own code makes.
_NETWORKING = {
    "Sid": "NetworkInterfacesByLambdaItself",
    "Effect": "Allow",
    "Action": [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ],
    "Resource": "*",
    "Condition": {"Null": {"lambda:SourceFunctionArn": "true"}},
}


def statements(
    stack: Stack,
    *,
    log_group: logs.ILogGroup,
    failures: sqs.IQueue | None,
    key: kms.IKey | None,
    traced: bool,
    in_vpc: bool,
) -> list[dict[str, Any]]:
    """Return what a function needs from its role before it does anything itself."""
    found = [_allow("Logs", _LOG, log_group.log_group_arn)]
    if traced:
        found.append(_TRACING)
    if in_vpc:
        found.append(_NETWORKING)
    if key is not None:
        found.append(_using(key, ["kms:Decrypt"], "lambda", stack))
    return found + (sending_to(failures, stack) if failures else [])


def sending_to(queue: sqs.IQueue, stack: Stack) -> list[dict[str, Any]]:
    """Return what it takes to send something to *queue*."""
    key = queue.encryption_master_key
    using = [_using(key, _ENCRYPT, "sqs", stack)] if key else []
    return [_allow("Failures", "sqs:SendMessage", queue.queue_arn), *using]


def role_for(
    scope: Construct,
    given: iam.IRole | None,
    statements: Sequence[dict[str, Any]],
    stack: Stack,
) -> iam.IRole:
    """
    Return the function's role: the *given* one as it is, or one with *statements*.

    The latter has the id of the role that CDK would make, so that a live function
    keeps its role, and whoever trusts that role by its ARN.
    """
    if given is not None:
        _say_what_it_needs(scope, statements)
        return given
    role = GrantedRole(
        scope, "ServiceRole", assumed_by=_LAMBDA, own=statements, stack=stack
    )
    for resource in (each["Resource"] for each in statements):
        if resource == "*":
            _acknowledge(role, "*", _FORCED)
        elif ":log-group:" in resource:
            written = text(stack.resolve(resource)) or ""
            flat = written.replace("${", "<").replace("}", ">")
            _acknowledge(role, flat, _STREAMS)
    return role


def _say_what_it_needs(scope: Construct, statements: Sequence[dict[str, Any]]) -> None:
    """Warn that a role of the user must allow *statements*, to which none is added."""
    needs = ", ".join(sorted({name for each in statements for name in _actions(each)}))
    message = (
        f"The given role is used as it is. The function needs from it: {needs}. "
        "Acknowledge this warning when the role allows that."
    )
    Validations.of(scope).add_warning(_NEEDS, message)


def _acknowledge(role: GrantedRole, resource: str, reason: str) -> None:
    rule = f"AwsSolutions::AwsSolutions-IAM5[Resource::{resource}]"
    acknowledgment = Acknowledgment(id=rule, reason=reason)
    Validations.of(cast("iam.ManagedPolicy", role.own)).acknowledge(acknowledgment)


def _using(
    key: kms.IKey, actions: list[str], service: str, stack: Stack
) -> dict[str, Any]:
    """Return the statement for what *service* does with *key* for the function."""
    use = _allow(f"Key{service.title()}", actions, key.key_arn)
    name = f"{service}.{stack.region}.{stack.url_suffix}"
    return {**use, "Condition": {"StringEquals": {"kms:ViaService": name}}}


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else list(actions)


def _allow(sid: str, action: str | list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
