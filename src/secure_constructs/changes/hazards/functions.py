"""Events that a function drops, and logs that are elsewhere from then on."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards.hazard import Body, Hazard, danger, removed
from secure_constructs.changes.values import at, same

_FUNCTION = ("AWS::Lambda::Function",)
_NO_MORE = "events that fail are dropped after the last attempt, and nobody sees them"
_FIRST = "give another destination, or handle what is in this one first"


def _another_log_group(old: Body, new: Body) -> Iterator[Verdict]:
    path = ("Properties", "LoggingConfig", "LogGroup")
    if not same(at(old, path), at(new, path)):
        yield danger(
            path,
            "logs go to another group: metric filters, subscriptions and saved "
            "queries of the old one see nothing more, without an error",
            "pass the group that the function has today",
        )


HAZARDS = [
    # AWS::Lambda::Function, LoggingConfig
    Hazard(_FUNCTION, _another_log_group),
    # Lambda Developer Guide, "Capturing records of asynchronous invocations"
    Hazard(
        _FUNCTION,
        removed("DeadLetterConfig", "TargetArn", why=_NO_MORE, way_out=_FIRST),
    ),
    Hazard(
        ("AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping"),
        removed(
            "DestinationConfig",
            "OnFailure",
            "Destination",
            why=_NO_MORE,
            way_out=_FIRST,
        ),
    ),
]
