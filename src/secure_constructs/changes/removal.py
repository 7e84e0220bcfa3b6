"""Resources that leave a template, or come back under another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from secure_constructs.changes.change import Effect, Verdict
from secure_constructs.changes.pairs import Body, Pair
from secure_constructs.changes.policies import Fate, fate_on_deletion
from secure_constructs.changes.values import canonical

# A new one for each change of what they hold, with a name made from that.
_BY_DESIGN = {
    "AWS::ApiGateway::Deployment": "a deployment of the API",
    "AWS::Lambda::Version": "a version of the function",
}


def renamed(removed: Iterable[Pair], added: Iterable[Pair]) -> dict[str, str]:
    """
    Return which of the *added* resources take the place of which *removed* ones.

    The same properties under another id are the same resource. Where one of a type
    goes and one comes, it is taken for the same as well.
    """
    gone, come = _by_type(removed), _by_type(added)
    found: dict[str, str] = {}
    for type_, pairs in gone.items():
        free = {each.logical_id: each for each in come[type_]}
        for pair in pairs:
            name = _equal(pair, free)
            if name is None and len(pairs) == len(come[type_]) == 1:
                (name,) = free
            if name is not None:
                found[pair.logical_id] = name
                del free[name]
    return found


def removal(pair: Pair, new_name: str | None) -> Verdict:
    """Return what becomes of the resource that leaves as *pair*, or is *new_name*."""
    if new_name and pair.type in _BY_DESIGN:
        why = f"{_BY_DESIGN[pair.type]} is made anew with each change, by design"
        return Verdict(Effect.HARMLESS, (), why)
    fate = fate_on_deletion(pair.type, pair.old)
    what = _consequence(pair, fate)
    if new_name:
        why = f"this is a rename: {pair.logical_id} became {new_name}; {what}"
        way_out = (
            f"keep the id {pair.logical_id}: give the construct its id of before, or "
            f'call override_logical_id("{pair.logical_id}") on its CfnResource'
        )
        return Verdict(Effect.REPLACED, (), why, way_out)
    return Verdict(Effect.REPLACED, (), what, _keep(pair, fate))


def _consequence(pair: Pair, fate: Fate) -> str:
    lost = f", and with it {pair.held}" if pair.held else ""
    if fate is Fate.KEPT:
        return (
            "it leaves the stack as an orphan: it stays in the account, where no "
            "template knows it and nothing uses it any more"
        )
    if fate is Fate.SNAPSHOT:
        return "it is deleted, after a snapshot of it is taken"
    if fate is Fate.UNKNOWN:
        return f"it may be deleted{lost}; the deployment decides about that"
    return f"it is deleted{lost}"


def _keep(pair: Pair, fate: Fate) -> str:
    if not pair.held:
        return ""
    if fate is Fate.KEPT:
        return (
            "put it back under the id that it has; once it has left, only an import "
            "(cdk import) takes it in again"
        )
    return (
        "put it back under the id that it has; to let go of it, first deploy "
        "DeletionPolicy: Retain, then remove it"
    )


def _by_type(pairs: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    found: dict[str, list[Pair]] = defaultdict(list)
    for each in pairs:
        found[each.type].append(each)
    return found


def _equal(pair: Pair, others: Mapping[str, Pair]) -> str | None:
    """Return which of *others* has the properties of *pair*."""
    wanted = _said(pair.old)
    found = (name for name, each in others.items() if _said(each.new) == wanted)
    return next(found, None)


def _said(body: Body) -> str:
    return canonical(body.get("Properties") or {})
