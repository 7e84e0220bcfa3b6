"""Powertools for AWS Lambda: its settings for each language, and its layer."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

from aws_cdk import aws_lambda as lambda_, aws_ssm as ssm

from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from secure_constructs._function_inputs import Platform
    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place

LOG_LEVELS = {
    Tier.PRODUCTION: lambda_.ApplicationLogLevel.INFO,
    Tier.DEVELOPMENT: lambda_.ApplicationLogLevel.DEBUG,
}
# What CDK calls the runtime of a container image.
IMAGE = "FROM_IMAGE"
# What Lambda calls its levels, where a language's logger calls them otherwise.
_LEVEL_NAMES: dict[str, dict[str, str]] = {
    "python": {"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"},
    "nodejs": {"FATAL": "CRITICAL"},
    "dotnet": {
        "TRACE": "Trace",
        "DEBUG": "Debug",
        "INFO": "Information",
        "WARN": "Warning",
        "ERROR": "Error",
        "FATAL": "Critical",
    },
    "java": {},
    # An image may hold any language; Lambda's own names are the most common.
    IMAGE: {},
}
_UNTRACED = {
    "python": {"POWERTOOLS_TRACE_DISABLED": "true"},
    "nodejs": {"POWERTOOLS_TRACE_ENABLED": "false"},
    "dotnet": {"POWERTOOLS_TRACE_DISABLED": "true"},
}
_LAYERS = {
    "python": "python/{architecture}/{runtime}",
    "nodejs": "typescript/generic/all",
}
_VERSION = re.compile(r"latest|\d+\.\d+\.\d+")
_NAMESPACE = re.compile(r"[^:].{0,254}")
# AWS publishes the parameters in the regions of the partition `aws` only.
_WITHOUT_PARAMETERS = ("cn-", "us-gov-", "us-iso")


def language_of(runtime: str) -> str:
    """Return the language of a *runtime* by its name, such as `python3.14`."""
    return runtime if runtime == IMAGE else re.split(r"\d", runtime)[0]


def settings(
    runtime: str,
    *,
    service: str,
    namespace: str,
    level: lambda_.ApplicationLogLevel,
    traced: bool,
) -> dict[str, str]:
    """
    Return the environment variables for Powertools in the language of *runtime*.

    There are none for a language that has no Powertools. What a function returns
    stays out of its traces, in which it would be stored in the clear.
    """
    language = language_of(runtime)
    names = _LEVEL_NAMES.get(language)
    if names is None:
        return {}
    tracing = {"POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false"}
    return {
        "POWERTOOLS_SERVICE_NAME": service,
        "POWERTOOLS_METRICS_NAMESPACE": namespace,
        "POWERTOOLS_LOG_LEVEL": names.get(level.name, level.name),
        **(tracing if traced else _UNTRACED.get(language, {})),
    }


def check(
    inputs: Inputs,
    *,
    service: str | None,
    namespace: str | None,
    version: str | None,
    runtime: str,
    place: Place,
) -> None:
    """Raise if CloudWatch does not take these names, or AWS has no such layer."""
    inputs.text("service", service, "orders")
    inputs.text("metrics_namespace", namespace, "Shop/Orders")
    # The service is the namespace as well, where there is no other.
    option = "service" if namespace is None else "metrics_namespace"
    name = service if namespace is None else namespace
    if name and (name.startswith("AWS/") or not _NAMESPACE.fullmatch(name)):
        problem = (
            "is no namespace for metrics: 1 to 255 characters that start with neither "
            "AWS/ nor a colon; write metrics_namespace='Shop/Orders'"
        )
        raise inputs.wrong(option, name, problem)
    if version is not None:
        _check_layer(inputs, version, runtime, place)


def with_layer(
    scope: Construct,
    layers: Sequence[lambda_.ILayerVersion] | None,
    version: str | None,
    platform: Platform,
) -> list[lambda_.ILayerVersion] | None:
    """Return *layers*, and AWS's own in that *version* if there is one."""
    if version is None:
        return list(layers) if layers else None
    path = _LAYERS[language_of(platform.runtime)].format(**platform._asdict())
    arn = ssm.StringParameter.value_for_string_parameter(
        scope, f"/aws/service/powertools/{path}/{version}"
    )
    own = lambda_.LayerVersion.from_layer_version_arn(scope, "Powertools", arn)
    return [*(layers or ()), own]


def _check_layer(inputs: Inputs, version: str, runtime: str, place: Place) -> None:
    option = "powertools_layer"
    inputs.text(option, version, "latest")
    if not _VERSION.fullmatch(version):
        problem = "is neither 'latest' nor a version such as '3.23.0'"
        raise inputs.wrong(option, version, problem)
    if language_of(runtime) not in _LAYERS:
        problem = (
            f"has no layer for {runtime}: AWS makes one for Python and Node.js; "
            "bundle Powertools with the code, and leave this out"
        )
        raise inputs.wrong(option, version, problem)
    if place.region.startswith(_WITHOUT_PARAMETERS):
        problem = (
            f"cannot be looked up in {place.region}: AWS publishes the layer's "
            "parameters in other partitions only; bundle Powertools with the code, or "
            "pass the layer by its ARN in layers="
        )
        raise inputs.wrong(option, version, problem)
