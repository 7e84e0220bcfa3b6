"""CDK's custom resources that empty a bucket or repository before its deletion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from secure_constructs.changes.change import Effect, Verdict
from secure_constructs.changes.pairs import Pair
from secure_constructs.changes.references import names_in
from secure_constructs.changes.values import at, canonical

# What each of them empties, and the tag without which it leaves that alone.
_EMPTYING = {
    "Custom::ECRAutoDeleteImages": ("RepositoryName", "aws-cdk:auto-delete-images"),
    "Custom::S3AutoDeleteObjects": ("BucketName", "aws-cdk:auto-delete-objects"),
}


def emptied(
    gone: Iterable[Pair], come: Iterable[Pair], stay: Mapping[str, Pair]
) -> Iterator[tuple[Pair, Verdict]]:
    """Yield what stays and is emptied by a custom resource that comes or goes."""
    for pair in come:
        for target in _targets(pair, stay):
            why = (
                f"{pair.logical_id} empties it whenever the stack lets go of it: what "
                "is in it is deleted with the stack"
            )
            yield (
                target,
                _verdict(why, "leave auto_delete_objects off for what is to last"),
            )
    for pair in gone:
        for target in _targets(pair, stay):
            tag = _EMPTYING[pair.type][1]
            if tag in canonical(at(target.new, ("Properties", "Tags"))):
                why = f"{pair.logical_id} goes and, as the tag {tag} stays, empties it"
                yield (
                    target,
                    _verdict(why, f"remove the tag {tag} in the same deployment"),
                )


def _targets(pair: Pair, stay: Mapping[str, Pair]) -> Iterator[Pair]:
    if pair.type in _EMPTYING:
        body = pair.old or pair.new
        for name in names_in(at(body, ("Properties", _EMPTYING[pair.type][0]))):
            if name in stay:
                yield stay[name]


def _verdict(why: str, way_out: str) -> Verdict:
    return Verdict(Effect.DATA, (), why, way_out)
