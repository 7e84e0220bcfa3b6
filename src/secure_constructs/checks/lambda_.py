"""The rules for functions."""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping

from secure_constructs.checks.lambda_references import names_of, reaching
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.secrets import holds_secret, looks_like_secret
from secure_constructs.checks.template import KEPT, UNKNOWN, Resource, number, text

_FUNCTION = "AWS::Lambda::Function"
_GROUP = "AWS::Logs::LogGroup"
# What sets the retention of a group that Lambda made; CDK's `log_retention=`.
_RETENTION = "Custom::LogRetention"
_TIMEOUTS = range(1, 901)

# The runtimes that AWS has deprecated until November 2026.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
DEPRECATED_RUNTIMES = frozenset(
    """
    dotnet6 dotnet8 dotnetcore1.0 dotnetcore2.0 dotnetcore2.1 dotnetcore3.1 go1.x java8
    nodejs nodejs4.3 nodejs4.3-edge nodejs6.10 nodejs8.10 nodejs10.x nodejs12.x
    nodejs14.x nodejs16.x nodejs18.x nodejs20.x provided provided.al2 python2.7
    python3.6 python3.7 python3.8 python3.9 python3.10 ruby2.5 ruby2.7 ruby3.2
    """.split()  # noqa: SIM905 - a list of words reads best as words
)

_SERVICE = re.compile(r".+\.(amazonaws\.com(\.cn)?|\$\{AWS::URLSuffix\})")
_REFERENCE = re.compile(r"\$\{[^}]*\}")
_PARTS_OF_ARN = 6


@rule(
    "LAM-01",
    _FUNCTION,
    why="A function that hangs is paid for until it times out; one that times out "
    "after the default of three seconds fails when something else is slow.",
    fix="Set Timeout to a little more than the function takes at its slowest.",
    nag=("Serverless-LambdaDefaultTimeout",),
    severity="warning",
)
def timed(function: Resource) -> Iterator[Breach]:
    """The timeout is written out."""
    seconds = function.known("Timeout")
    if seconds is not UNKNOWN and number(seconds) not in _TIMEOUTS:
        yield Breach("Properties.Timeout", "no timeout of 1 to 900 seconds is set")


@rule(
    "LAM-02",
    _FUNCTION,
    why="With its memory a function gets its share of a processor; the default of "
    "128 MB is the slowest.",
    fix="Set MemorySize.",
    nag=("Serverless-LambdaDefaultMemorySize",),
    severity="warning",
)
def sized(function: Resource) -> Iterator[Breach]:
    """The memory is written out."""
    if function.known("MemorySize") is None:
        yield Breach("Properties.MemorySize", "no memory size is set")


@rule(
    "LAM-03",
    _FUNCTION,
    why="Plain lines cannot be searched by field; what expires never is paid for "
    "forever, and what goes with its stack is missing when somebody asks why.",
    fix="Set LoggingConfig to the format JSON and to a log group of the template with "
    "RetentionInDays, and keep that group.",
    controls=("NIST 800-53 AU-11",),
    severity="warning",
)
def logged(function: Resource) -> Iterator[Breach]:
    """Logs are structured, expire, and outlive the stack until then."""
    location = "Properties.LoggingConfig"
    if function.known("LoggingConfig", "LogFormat") not in ("JSON", UNKNOWN):
        yield Breach(f"{location}.LogFormat", "its logs are plain text, not JSON")
    groups = _log_groups(function)
    if not groups and not _may_log_elsewhere(function):
        yield Breach(location, "its log group is made by Lambda and never expires")
    for group in groups:
        if group.known("RetentionInDays") is None:
            yield Breach(location, "its log group never expires")
        kept = group.type == _RETENTION or function.is_development
        for policy in () if kept else group.loses_data_by(*KEPT):
            yield Breach(location, f"{policy} does not keep its log group")


@rule(
    "LAM-05",
    _FUNCTION,
    why="Without traces nobody sees in which call the time went, or which one failed.",
    fix="Set TracingConfig to the mode Active.",
    controls=("Security Hub Lambda.7", "NIST 800-53 CA-7"),
    nag=("Serverless-LambdaTracing",),
    severity="warning",
)
def traced(function: Resource) -> Iterator[Breach]:
    """Calls are traced."""
    if function.known("TracingConfig", "Mode") not in ("Active", UNKNOWN):
        yield Breach("Properties.TracingConfig", "tracing is not active")


@rule(
    "LAM-10",
    _FUNCTION,
    why="Everybody who may read the function's configuration reads its environment, "
    "and so do its template and whatever prints the environment.",
    fix="Put the secret into Secrets Manager or a secure parameter, pass its ARN or "
    "name, and read it when the function starts.",
    controls=("NIST 800-53 IA-5",),
)
def no_plaintext_secrets(function: Resource) -> Iterator[Breach]:
    """No environment variable holds a secret in plain text."""
    variables = function.known("Environment", "Variables")
    waived = function.record.get("Waivers") or {}
    for name, value in variables.items() if isinstance(variables, Mapping) else ():
        reason = _why_secret(name, value)
        if reason and f"LAM-10[{name}]" not in waived:
            location = f"Properties.Environment.Variables.{name}"
            yield Breach(location, f"the variable {name} {reason}")


@rule(
    "LAM-15",
    _FUNCTION,
    why="A runtime without patches, an open URL and a permission for any account "
    "each let strangers in.",
    fix="Move to a supported runtime, let URLs authenticate by IAM, and give each "
    "permission of a service the source's account.",
    controls=(
        "Security Hub Lambda.1",
        "Security Hub Lambda.2",
        "NIST 800-53 AC-3",
        "NIST 800-53 SI-2",
    ),
    nag=(
        "AwsSolutions-L1",
        "HIPAA.Security-LambdaFunctionPublicAccessProhibited",
        "NIST.800.53.R4-LambdaFunctionPublicAccessProhibited",
        "NIST.800.53.R5-LambdaFunctionPublicAccessProhibited",
        "PCI.DSS.321-LambdaFunctionPublicAccessProhibited",
        "Serverless-LambdaLatestVersion",
    ),
)
def not_exposed(function: Resource) -> Iterator[Breach]:
    """The runtime is supported, and only who is named can call the function."""
    runtime = function.known("Runtime")
    if runtime in DEPRECATED_RUNTIMES:
        problem = f"AWS no longer supports the runtime {runtime}"
        yield Breach("Properties.Runtime", problem)
    urls = reaching(function, "AWS::Lambda::Url")
    if any(url.known("AuthType") == "NONE" for url in urls):
        yield Breach("Properties", "its URL lets everybody call it")
    permissions = reaching(function, "AWS::Lambda::Permission")
    for problem in dict.fromkeys(filter(None, map(_opening, permissions))):
        yield Breach("Properties", problem)


RULES = (timed, sized, logged, traced, no_plaintext_secrets, not_exposed)


def _log_groups(function: Resource) -> list[Resource]:
    """Return what the template says of the log group that *function* writes to."""
    given = function.read("LoggingConfig", "LogGroup")
    default = [f"/aws/lambda/{name}" for name in names_of(function)]
    names = default if given is None else [text(given)]
    index = function.template.index
    groups = [index(kind, _group_names) for kind in (_GROUP, _RETENTION)]
    return [each for group in groups for name in names for each in group.get(name, ())]


def _may_log_elsewhere(function: Resource) -> bool:
    """Whether *function* may write to a log group of which nothing is known here."""
    given = function.read("LoggingConfig", "LogGroup")
    unknown = None in function.template.index(_GROUP, _group_names)
    return given is not None or unknown


def _group_names(group: Resource) -> list[str | None]:
    """Return what names *group*: a reference, and a name if it has one."""
    name = group.read("LogGroupName")
    return [group.ref, *([] if name is None else [group.template.settled(name)])]


def _why_secret(name: str, value: object) -> str | None:
    # What is put together from references is only looked at for what is written out.
    written = text(value) or ""
    plain = isinstance(value, str)
    return looks_like_secret(name, written) if plain else holds_secret(written)


def _opening(permission: Resource) -> str | None:
    """Return whom *permission* lets in too many of, if it does."""
    principal = text(permission.read("Principal")) or ""
    if permission.read("SourceAccount") is not None or _has_account(permission):
        return None
    if principal == "*" and permission.read("PrincipalOrgID") is None:
        return "a permission lets everybody call it"
    if _SERVICE.fullmatch(principal):
        return f"a permission lets {principal} call it for any account"
    return None


def _has_account(permission: Resource) -> bool:
    """Whether the ARN of the source has an account in it, or may have."""
    arn = permission.read("SourceArn")
    source = permission.template.referred(arn)
    if arn is None or source is not None:
        return source is not None and source.type != "AWS::S3::Bucket"
    written = text(arn)
    # What cannot be written stands for itself, as a reference does.
    plain = "-" if written is None else _REFERENCE.sub("-", written)
    parts = plain.split(":", _PARTS_OF_ARN - 1)
    account = parts[4] if len(parts) == _PARTS_OF_ARN else parts[0]
    return bool(account) and not {"*", "?"} & set(account)
