"""Properties that cannot change without a new resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from secure_constructs.changes.change import Effect, Path, Verdict
from secure_constructs.changes.hazards.hazard import is_on
from secure_constructs.changes.pairs import Body, Pair, View
from secure_constructs.changes.policies import Fate, fate_on_replacement
from secure_constructs.changes.references import names_in
from secure_constructs.changes.schemas import Schema
from secure_constructs.changes.values import at, known, places, same

# AWS, "UpdatePolicy attribute": properties that change in place only with a policy.
_BY_POLICY = {
    "AWS::ElastiCache::ReplicationGroup": ("NumNodeGroups", "UseOnlineResharding"),
    "AWS::Elasticsearch::Domain": ("ElasticsearchVersion", "EnableVersionUpgrade"),
    "AWS::OpenSearchService::Domain": ("EngineVersion", "EnableVersionUpgrade"),
}


def replaced(pair: Pair, schema: Schema, view: View) -> Iterator[Verdict]:
    """Yield the places of *pair* that make CloudFormation replace the resource."""
    for pointers, may in ((schema.create_only, False), (schema.conditional, True)):
        for old, new in view.both:
            for path in _changed(old, new, pointers):
                if not _becomes_default(pair, view, path):
                    yield _verdict(pair, path, may=may)
    for old, new in view.both:
        yield from _without_policy(pair, old, new)


def cascade(
    pairs: Mapping[str, Pair], replaced: Collection[str]
) -> Iterator[tuple[Pair, Verdict]]:
    """
    Yield what is replaced because it names, where it cannot change, what is replaced.

    Args:
        pairs: The resources that stay, by logical id.
        replaced: Those of them that are replaced by what they say themselves.
    """
    naming = _naming(pairs) if replaced else {}
    known, reached = set(replaced), sorted(replaced)
    while reached:
        name = reached.pop(0)
        for other, path in naming[name]:
            if other not in known:
                known.add(other)
                reached.append(other)
                yield pairs[other], _verdict(pairs[other], path, through=name)


def _naming(pairs: Mapping[str, Pair]) -> Mapping[str, list[tuple[str, Path]]]:
    """Return by each name who refers to it in a property that cannot change."""
    found: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    for other, pair in pairs.items():
        pointers = pair.schema.create_only if pair.schema else ()
        for pointer in pointers:
            for path in places(pair.old, pair.new, pointer):
                for name in dict.fromkeys(names_in(at(pair.new, path))):
                    found[name].append((other, path))
    return found


def _changed(old: Body, new: Body, pointers: Collection[Path]) -> Iterator[Path]:
    """Yield where *old* and *new* differ at *pointers*, as deeply as these go."""
    found = [
        min(known(old, path), known(new, path), key=len)
        for pointer in pointers
        for path in places(old, new, pointer)
        if not same(at(old, path), at(new, path))
    ]
    for path in dict.fromkeys(found):
        if not any(each[: len(path)] == path != each for each in found):
            yield path


def _becomes_default(pair: Pair, view: View, path: Path) -> bool:
    """Whether a value at *path* only becomes the default of a new parameter."""
    if not same(*(at(each, path) for each in view.filled)):
        return False
    named = [set(names_in(at(each, path))) for each in view.written]
    # What was passed for one that was there before, no template has.
    return not (named[0] | named[1]) & set(pair.before.section("Parameters"))


def _without_policy(pair: Pair, old: Body, new: Body) -> Iterator[Verdict]:
    if pair.type not in _BY_POLICY:
        return
    name, policy = _BY_POLICY[pair.type]
    path = ("Properties", name)
    allowed = is_on(at(new, ("UpdatePolicy", policy)))
    if not allowed and not same(at(old, path), at(new, path)):
        yield Verdict(
            Effect.REPLACED,
            path,
            "the resource is replaced: this property changes in place only with the "
            f"UpdatePolicy {policy}. {_consequence(pair)}",
            f"set UpdatePolicy: {{{policy}: true}}, and take a snapshot first",
        )


def _verdict(
    pair: Pair, path: Path, *, may: bool = False, through: str | None = None
) -> Verdict:
    verb = "may be replaced" if may else "is replaced"
    if through:
        because = f"{through}, which it names here, is replaced"
    elif may:
        because = "some changes of this property need a new resource"
    elif pair.schema and path[:2] == pair.schema.tags[:2]:
        because = "the tags of this type cannot change in place"
    else:
        because = "this property cannot change in place"
    why = f"the resource {verb}: {because}. {_consequence(pair)}"
    way_out = (
        f"keep it as it is at {through}" if through else "keep the value that it has"
    )
    if pair.held:
        way_out += "; or make a second resource, move the data, then remove the first"
    return Verdict(Effect.REPLACED, path, why, way_out)


def _consequence(pair: Pair) -> str:
    # AWS does not say which of both templates counts: the worse may.
    fates = [fate_on_replacement(each) for each in (pair.old, pair.new)]
    fate = max(fates, key=lambda each: each.value)
    if fate is Fate.KEPT:
        return "The old one stays outside the stack, and the new one is empty"
    if fate is Fate.SNAPSHOT:
        return "The old one is deleted after a snapshot, and the new one is empty"
    lost = f", with {pair.held}" if pair.held else ""
    return f"The old one is deleted{lost}"
