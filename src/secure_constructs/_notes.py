"""
Notes on the Python objects of a construct tree.

They live as long as the tree does, and finding one again costs no call to the
process that CDK itself runs in.
"""

from __future__ import annotations

import contextlib

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from constructs import IConstruct

    from secure_constructs.baseline import Baseline

_BASELINE = "_secure_constructs_baseline"
_SETTLED = "_secure_constructs_settled"
# The attribute of a resource of ours that holds its stack.
STACK = "_secure_constructs_stack_of"


def note(thing: object, name: str, value: object) -> None:
    """
    Note *value* on *thing*, which need not be a scope.

    What jsii knows only by an interface takes no notes; then there is none, and
    whoever looks for it does its work again.
    """
    with contextlib.suppress(AttributeError):
        setattr(thing, name, value)


def set_baseline(scope: IConstruct, baseline: Baseline) -> None:
    """Make *baseline* hold for what is created in *scope* from now on."""
    setattr(scope, _BASELINE, baseline)


def baseline_of(scope: IConstruct) -> Baseline | None:
    """Return the baseline that was applied to *scope* itself."""
    return cast("Baseline | None", getattr(scope, _BASELINE, None))


def nearest(scopes: Sequence[IConstruct], setting: str) -> object:
    """Return *setting* of the innermost baseline in *scopes* that has it."""
    for scope in reversed(scopes):
        value = getattr(baseline_of(scope), setting, None)
        if value is not None:
            return value
    return None


def settle(scopes: Sequence[IConstruct], settings: Iterable[str]) -> None:
    """Note that a construct below *scopes* has decided by these *settings*."""
    for scope in scopes:
        setattr(scope, _SETTLED, settled_at(scope) | set(settings))


def settled_at(scope: IConstruct) -> frozenset[str]:
    """Return the settings by which a construct below *scope* has decided already."""
    return getattr(scope, _SETTLED, frozenset())
