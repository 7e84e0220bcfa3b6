"""The rules for functions that fail: what is kept, and who hears of it."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.checks.alarms import is_queue_watched, is_watched
from secure_constructs.checks.lambda_references import (
    may_name_any,
    names_of,
    naming,
)
from secure_constructs.checks.queue_policy import refuses_plain_http
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import (
    KEPT,
    UNKNOWN,
    Resource,
    number,
)

_FUNCTION = "AWS::Lambda::Function"
_INVOKE = "AWS::Lambda::EventInvokeConfig"
_DESTINATION = ("DestinationConfig", "OnFailure", "Destination")
_LIMITS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
_LONGEST_RETENTION = 14 * 24 * 60 * 60
_WATCHED = ("Errors", "Throttles", "Duration")


@rule(
    "LAM-06",
    _FUNCTION,
    why="Lambda drops an event that fails again and again; nobody can process it "
    "later, or see what was lost.",
    fix="Give $LATEST and each alias an EventInvokeConfig with a failure destination, "
    "retries and an age; encrypt a queue, refuse plain http there, and keep it and "
    "its messages.",
    nag=(
        "HIPAA.Security-LambdaDLQ",
        "NIST.800.53.R5-LambdaDLQ",
        "Serverless-LambdaAsyncFailureDestination",
        "Serverless-LambdaDLQ",
    ),
)
def failures_kept(function: Resource) -> Iterator[Breach]:
    """Events that fail in asynchronous invocations are kept, by every way in."""
    configs = naming(function, _INVOKE)
    for way, names in _ways_in(function):
        found = [each for each in configs if _qualifier(each) in (*names, None)]
        for problem in _lost(function, way, found):
            yield Breach("Properties", problem)
    for queue in _failure_queues(function):
        for problem in _loses(queue, kept=not function.is_development):
            yield Breach("Properties", f"its failure queue {problem}")


@rule(
    "LAM-08",
    _FUNCTION,
    why="A function that fails unseen fails until a customer says so.",
    fix="Define alarms for the function's Errors, Throttles and Duration, and for the "
    "messages in its failure queue.",
    controls=("NIST 800-53 SI-4",),
    severity="warning",
)
def alarmed(function: Resource) -> Iterator[Breach]:
    """
    Alarms watch the function and its failure queue, unless it is for development.

    Alarms of other templates cannot be seen: a function without one in its own is
    reported.
    """
    if function.is_development:
        return
    dimensions = {"FunctionName": names_of(function)}
    missing = [
        metric
        for metric in _WATCHED
        if not is_watched(function, "AWS/Lambda", metric, dimensions)
    ]
    if missing:
        problem = f"no alarm of this template watches its {', '.join(missing)}"
        yield Breach("Properties", problem)
    for queue in _failure_queues(function):
        if not is_queue_watched(queue):
            problem = "no alarm of this template watches its failure queue"
            yield Breach("Properties", problem)


RULES = (failures_kept, alarmed)


def _ways_in(function: Resource) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield by which qualifiers events can come in, and what may name each."""
    yield "$LATEST", ("$LATEST",)
    for alias in naming(function, "AWS::Lambda::Alias"):
        name = alias.template.settled(alias.read("Name"))
        if name:
            yield name, (name, alias.ref)


def _qualifier(config: Resource) -> str | None:
    """Return what *config* is about; None where only the deployment knows."""
    match config.read("Qualifier"):
        # So does CDK cut the name of an alias out of its ARN.
        case {"Fn::Select": [7, {"Fn::Split": [":", {"Ref": alias}]}]}:
            return f"${{{alias}}}"
        case qualifier:
            return config.template.settled(qualifier)


def _lost(function: Resource, way: str, found: list[Resource]) -> Iterator[str]:
    """Yield what is not said of events that come in by a *way*, where that is known."""
    if may_name_any(function, _INVOKE):
        return
    kept = function.read("DeadLetterConfig", "TargetArn") is not None
    if not kept and not any(each.read(*_DESTINATION) is not None for each in found):
        yield f"events that fail at {way} are lost"
    for limit in _LIMITS:
        if not any(each.read(limit) is not None for each in found):
            yield f"{limit} is not set for {way}"


def _failure_queues(function: Resource) -> list[Resource]:
    """Return the queues of the template that failed events of *function* go to."""
    configs = naming(function, _INVOKE)
    targets = [each.read(*_DESTINATION) for each in configs]
    targets.append(function.read("DeadLetterConfig", "TargetArn"))
    found = map(function.template.referred, targets)
    queues = [each for each in found if each and each.type == "AWS::SQS::Queue"]
    return list({each.logical_id: each for each in queues}.values())


def _loses(queue: Resource, *, kept: bool) -> Iterator[str]:
    """Yield how *queue* loses or shows messages; *kept* is whether it must stay."""
    # SQS encrypts what says nothing of it.
    off = queue.known("SqsManagedSseEnabled") in (False, "false")
    if off and queue.read("KmsMasterKeyId") is None:
        yield "is not encrypted"
    if not refuses_plain_http(queue):
        yield "does not refuse plain http"
    seconds = queue.known("MessageRetentionPeriod")
    if seconds is not UNKNOWN and number(seconds) != _LONGEST_RETENTION:
        yield "does not keep messages for 14 days"
    for policy in queue.loses_data_by(*KEPT) if kept else ():
        yield f"is not kept by its {policy}"
