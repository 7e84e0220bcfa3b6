"""What a nested stack gets from the stack that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_constructs.changes.assets import hashes, without_hashes
from secure_constructs.changes.change import Path, Verdict
from secure_constructs.changes.hazards.hazard import Body, Hazard, danger
from secure_constructs.changes.values import at, same
from secure_constructs.checks.template import is_intrinsic

NESTED = "AWS::CloudFormation::Stack"
PARAMETERS: Path = ("Properties", "Parameters")
_COMPARE = (
    "keep the value, or compare the apps that `cdk synth` wrote: there the nested "
    "template is looked at with it"
)


def another_value(name: str | None, because: str = "the nested stack gets") -> Verdict:
    """Return that the parameter *name* gets another value; None for all of them."""
    path = (*PARAMETERS, name) if name else PARAMETERS
    return danger(
        path, f"{because} another value, which may replace what is in it", _COMPARE
    )


def _changed(old: Body, new: Body) -> Iterator[Verdict]:
    before, after = (at(each, PARAMETERS) or {} for each in (old, new))
    assets = frozenset((*hashes(old), *hashes(new)))
    if without_hashes(before, assets) == without_hashes(after, assets):
        return
    if not _are_plain(before, after):
        yield another_value(None)
        return
    for name in dict.fromkeys([*before, *after]):
        if not same(before.get(name), after.get(name)):
            yield another_value(name)


def _are_plain(*values: object) -> bool:
    return all(isinstance(each, Mapping) and not is_intrinsic(each) for each in values)


HAZARDS = [
    # aws-resource-cloudformation-stack.html: what a value does is up to the template.
    Hazard((NESTED,), _changed),
]
