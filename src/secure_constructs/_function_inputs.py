"""The checks of ObservedFunction's arguments that no other construct needs."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Any, NamedTuple

from aws_cdk import (
    Size,
    SizeRoundingBehavior,
    aws_ec2 as ec2,
    aws_iam as iam,
    aws_lambda as lambda_,
)

from secure_constructs._inputs import is_token, names_many, without_tokens
from secure_constructs._log_group import check_retention
from secure_constructs._powertools import IMAGE
from secure_constructs.checks.lambda_ import DEPRECATED_RUNTIMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, aws_logs as logs

    from secure_constructs._inputs import Inputs
    from secure_constructs.waiver import Waived

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_DESCRIPTION = 256
DEFAULT_TIMEOUT = 30
_LONGEST_TIMEOUT = 900
_SMALLEST_MEMORY, _LARGEST_MEMORY = 128, 10_240
_SMALLEST_DISK, _LARGEST_DISK = 512, 10_240
_MOST_LAYERS = 5
UNKNOWN_TIMEOUT = (
    "is only known at deployment, but the alarm on slow calls needs it now; write the "
    'number, or do without: alarms=Waived("the reason")'
)
_X86 = re.compile(r"x86|amd64", re.IGNORECASE)
_ARM = re.compile(r"arm64|aarch64|-arm\b", re.IGNORECASE)
# Layers of AWS that say in their name only when they are for arm64.
_X86_UNLESS_SAID = re.compile(
    r":layer:(LambdaInsightsExtension|AWS-Parameters-and-Secrets-Lambda-Extension"
    r"|AWS-AppConfig-Extension|AWSLambdaPowertoolsPythonV2|Datadog-Extension)\b"
)


class Platform(NamedTuple):
    """
    What a function runs on.

    Attributes:
        runtime: The runtime's name, such as `python3.14`.
        architecture: `arm64` or `x86_64`.
    """

    runtime: str
    architecture: str


def platform_of(
    inputs: Inputs, runtime: lambda_.Runtime, architecture: lambda_.Architecture | None
) -> Platform:
    """Return what the function runs on, checked; by default that is arm64."""
    if not isinstance(runtime, lambda_.Runtime):
        problem = "is no runtime; write for example lambda_.Runtime.PYTHON_3_14"
        raise inputs.wrong_kind("runtime", runtime, problem)
    name = runtime.name
    if name in DEPRECATED_RUNTIMES:
        problem = (
            "is a runtime that AWS no longer patches (LAM-15); move to a supported "
            "version, and stay with a plain lambda_.Function until then"
        )
        raise inputs.wrong("runtime", name, problem)
    if architecture is None:
        return Platform(name, "arm64")
    if not isinstance(architecture, lambda_.Architecture):
        problem = "is no architecture; write lambda_.Architecture.X86_64"
        raise inputs.wrong_kind("architecture", architecture, problem)
    return Platform(name, architecture.name)


def check_code(
    inputs: Inputs, code: lambda_.Code, handler: str, platform: Platform
) -> None:
    """Raise if the function has nothing to run, or nothing to run it with."""
    if not isinstance(code, lambda_.Code):
        problem = "is no code; write lambda_.Code.from_asset('path/to/folder')"
        raise inputs.wrong_kind("code", code, problem)
    if handler is None:
        raise inputs.wrong_kind(
            "handler", handler, "is no text; write 'orders.handler'"
        )
    inputs.text("handler", handler, "orders.handler")
    if (handler == IMAGE) != (platform.runtime == IMAGE):
        problem = (
            "does not go with the runtime; a container image has Runtime.FROM_IMAGE "
            "and Handler.FROM_IMAGE, and everything else neither"
        )
        raise inputs.wrong("handler", handler, problem)


def check_identity(inputs: Inputs, name: str | None, description: str | None) -> None:
    """Raise if Lambda does not take *name* or *description*."""
    inputs.text("function_name", name, "orders")
    inputs.text("description", description, "Takes orders")
    if name is not None and not is_token(name) and not _NAME.fullmatch(name):
        problem = "is no function's name: up to 64 letters, digits, hyphens and _"
        raise inputs.wrong("function_name", name, problem)
    if len(without_tokens(description or "")) > _LONGEST_DESCRIPTION:
        problem = f"is longer than {_LONGEST_DESCRIPTION} characters"
        raise inputs.wrong("description", description, problem)


def timeout_of(inputs: Inputs, timeout: Duration | None) -> float | None:
    """Return *timeout* in seconds, checked; nothing where it is not known yet."""
    if timeout is None:
        return DEFAULT_TIMEOUT
    range_ = f"1 to {_LONGEST_TIMEOUT} seconds"
    return inputs.seconds(
        "timeout", timeout, low=1, high=_LONGEST_TIMEOUT, range_=range_
    )


def check_size(inputs: Inputs, memory: float | None, disk: Size | None) -> None:
    """Raise if Lambda has no such *memory* or *disk*."""
    inputs.whole("memory_size", memory, low=_SMALLEST_MEMORY, high=_LARGEST_MEMORY)
    if disk is None:
        return
    if not isinstance(disk, Size):
        problem = "is no Size; write Size.gibibytes(1)"
        raise inputs.wrong_kind("ephemeral_storage_size", disk, problem)
    option = "ephemeral_storage_size"
    try:
        size = disk.to_mebibytes(rounding=SizeRoundingBehavior.NONE)
    except RuntimeError as error:
        problem = (
            "is only known at deployment, and CDK cannot convert it then; write the "
            "number, or make it with Size.mebibytes()"
        )
        raise inputs.wrong(option, "a token", problem) from error
    inputs.whole(option, size, low=_SMALLEST_DISK, high=_LARGEST_DISK)


def check_layers(
    inputs: Inputs,
    layers: Sequence[lambda_.ILayerVersion] | None,
    platform: Platform,
    *,
    powertools: str | None,
) -> None:
    """Raise if the function cannot use one of *layers*, beside that of *powertools*."""
    if layers is None:
        return
    if not isinstance(layers, (list, tuple)):
        raise inputs.wrong_kind("layers", layers, "is no list of layers")
    if layers and platform.runtime == IMAGE:
        problem = "do not go with a container image; build them into it"
        raise inputs.wrong("layers", len(layers), problem)
    count = len(layers) + bool(powertools)
    if count > _MOST_LAYERS:
        problem = f"are more than {_MOST_LAYERS}, Lambda's limit"
        if powertools:
            problem += "; powertools_layer= is one of them"
        raise inputs.wrong("layers", count, problem)
    for index, layer in enumerate(layers):
        if not hasattr(layer, "layer_version_arn"):
            raise inputs.wrong_kind(f"layers[{index}]", layer, "is no layer")
        if not _runs_on(layer, platform.architecture):
            problem = (
                f"cannot run on {platform.architecture}; use its version for that, or "
                "pass architecture= for the one it is made for"
            )
            raise inputs.wrong(f"layers[{index}]", layer.node.path, problem)


def _runs_on(layer: lambda_.ILayerVersion, architecture: str) -> bool:
    """Whether *layer* runs on *architecture*, as far as it says so."""
    if isinstance(layer, lambda_.LayerVersion):
        l1: Any = layer.node.default_child
        said = l1.compatible_architectures
        return not said or architecture in said
    arn = layer.layer_version_arn
    if architecture == "arm64":
        if _ARM.search(arn):
            return True
        return not _X86.search(arn) and not _X86_UNLESS_SAID.search(arn)
    return not _ARM.search(arn)


def check_network(
    inputs: Inputs,
    vpc: object,
    vpc_subnets: object,
    security_groups: object,
    allow_all_outbound: object,
) -> None:
    """Raise if there is something for a VPC, but none."""
    inputs.flag("allow_all_outbound", allow_all_outbound)
    if vpc is not None and not hasattr(vpc, "vpc_id"):
        raise inputs.wrong_kind("vpc", vpc, "is no VPC; pass an ec2.Vpc")
    if vpc_subnets is not None and not isinstance(vpc_subnets, ec2.SubnetSelection):
        problem = "is no SubnetSelection; write ec2.SubnetSelection(...)"
        raise inputs.wrong_kind("vpc_subnets", vpc_subnets, problem)
    _check_groups(inputs, security_groups)
    given = {
        "vpc_subnets": vpc_subnets,
        "security_groups": security_groups,
        "allow_all_outbound": allow_all_outbound or None,
    }
    for option, value in given.items():
        if vpc is None and value is not None:
            problem = "needs a VPC; pass vpc= as well, or leave it out"
            raise inputs.wrong(option, value, problem)
    if security_groups and allow_all_outbound:
        problem = "is for the function's own security group; set it on yours instead"
        raise inputs.wrong("allow_all_outbound", allow_all_outbound, problem)


def _check_groups(inputs: Inputs, groups: object) -> None:
    if groups is None:
        return
    if not isinstance(groups, (list, tuple)):
        raise inputs.wrong_kind("security_groups", groups, "is no list of groups")
    for index, group in enumerate(groups):
        if not hasattr(group, "security_group_id"):
            problem = "is no security group; pass an ec2.SecurityGroup"
            raise inputs.wrong_kind(f"security_groups[{index}]", group, problem)


def check_role(
    inputs: Inputs,
    role: iam.IRole | None,
    initial_policy: Sequence[iam.PolicyStatement] | None,
) -> None:
    """Raise if *role* is no role, or *initial_policy* no list of statements."""
    if role is not None and not hasattr(role, "role_arn"):
        raise inputs.wrong_kind("role", role, "is no role; pass an iam.Role")
    if initial_policy is not None:
        inputs.sequence("initial_policy", initial_policy, iam.PolicyStatement)


def check_logging(
    inputs: Inputs,
    log_group: logs.ILogGroup | None,
    log_retention: logs.RetentionDays | Waived | None,
    log_level: lambda_.ApplicationLogLevel | None,
    json_logs: Waived | None,
) -> None:
    """Raise if the function cannot, or should not, log that way."""
    check_retention(inputs, log_retention)
    inputs.waived("json_logs", json_logs, "structured logs (LAM-03)")
    if log_group is not None and not hasattr(log_group, "log_group_arn"):
        problem = "is no log group; pass a logs.LogGroup or an imported one"
        raise inputs.wrong_kind("log_group", log_group, problem)
    if log_group is not None and names_many(log_group.log_group_name):
        problem = "names more than one log group; the function writes to one"
        raise inputs.wrong("log_group", log_group.log_group_name, problem)
    if log_group is not None and log_retention is not None:
        problem = "is for the function's own log group; set it on yours instead"
        raise inputs.wrong("log_retention", log_retention, problem)
    if log_level is None or isinstance(log_level, lambda_.ApplicationLogLevel):
        return
    problem = "is no level; write lambda_.ApplicationLogLevel.WARN"
    raise inputs.wrong_kind("log_level", log_level, problem)
