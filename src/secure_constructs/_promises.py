"""How a construct puts its promises on record: in the template and with the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Acknowledgment, CfnResource, Validations

from secure_constructs._notes import STACK, note
from secure_constructs.checks.findings import NAMESPACE
from secure_constructs.checks.guard import guard_of
from secure_constructs.checks.rule import Rule
from secure_constructs.checks.template import MARK
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import Resource

    from secure_constructs._place import Place
    from secure_constructs.tier import Tier


def keep_promises(
    resource: Resource,
    *,
    kind: str,
    place: Place,
    tier: Tier,
    by_default: Iterable[str] = (),
    waivers: Mapping[Rule | str, Waived | None] | None = None,
    encryption: str | None = None,
    asked: Mapping[str, object] | None = None,
) -> CfnResource:
    """
    Put on record what *resource* promises, and what it does not.

    The record is metadata of the resource: it marks the resource as one whose
    promises the guard checks, survives into the template, and holds the
    waivers. Each waiver is acknowledged at the resource itself, for the
    library's own rule and for those of cdk-nag that ask for the same.

    Args:
        resource: The L2 resource.
        kind: The construct that made it.
        place: Where it stands.
        tier: What it is worth.
        by_default: The settings in which it took what the place has.
        waivers: What was given up of the promises that can be, by its rule; by its
            id where there is no rule, or where the rule reads the record itself
            because only a part was given up.
        encryption: How it is encrypted at rest, where that was asked for.
        asked: What else was asked for that a rule must know of, by its name there;
            what is empty is left out.

    Returns:
        The L1 resource.
    """
    given = {rule: waived for rule, waived in (waivers or {}).items() if waived}
    record: dict[str, Any] = {"Construct": kind, "Tier": tier.value}
    if encryption:
        record["Encryption"] = encryption
    record |= {name: value for name, value in (asked or {}).items() if value}
    if given:
        record["Waivers"] = {_id(rule): _shown(given[rule]) for rule in given}
    l1 = cast("CfnResource", resource.node.default_child)
    l1.add_metadata(MARK, record)
    acknowledgments = [
        Acknowledgment(id=rule_id, reason=waived.reason)
        for rule, waived in given.items()
        if isinstance(rule, Rule)
        for rule_id in (f"{NAMESPACE}::{rule.id}", *nag_ids(rule.nag))
    ]
    if acknowledgments:
        Validations.of(l1).acknowledge(*acknowledgments)
    note(resource, STACK, place.stack)
    guard_of(place.scopes).watch(kind, l1)
    place.settle(*by_default)
    return l1


def nag_ids(names: tuple[str, ...]) -> list[str]:
    """Return cdk-nag rules in the form whose acknowledgement the report shows."""
    return [f"{name.partition('-')[0]}::{name}" for name in names]


def not_given(**settings: object) -> list[str]:
    """Return those of *settings* in which a construct takes what its place has."""
    return [name for name, value in settings.items() if value is None]


def given_up(value: object) -> Waived | None:
    """Return *value* if it is a waiver; the option takes other values as well."""
    return value if isinstance(value, Waived) else None


def both(first: Waived | None, second: Waived | None) -> Waived | None:
    """Return the waiver of one promise that was given up in one way or two."""
    if first is None or second is None:
        return first or second
    ends = [each.until for each in (first, second) if each.until]
    return Waived(f"{first.reason}; {second.reason}", until=min(ends, default=None))


def _id(rule: Rule | str) -> str:
    return rule.id if isinstance(rule, Rule) else rule


def _shown(waived: Waived) -> dict[str, str]:
    until = {"Until": waived.until.isoformat()} if waived.until else {}
    return {"Reason": waived.reason, **until}
