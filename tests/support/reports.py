"""Small apps for the tests of the report, written as the templates that they become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secure_constructs.checks.report.places import Place, Site, sites_of
from secure_constructs.checks.template import Template

FOLDER = Path("/app/cdk.out")


@dataclass(frozen=True)
class AStack:
    """A stack as the report reads it."""

    name: str
    contents: Sequence[tuple[Path, Template]]
    paths: Mapping[str, str] = field(default_factory=dict)
    acknowledged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def resource(type_: str, record: object = None, **properties: Any) -> dict[str, Any]:
    """Return a resource, with what a construct of ours recorded of it."""
    metadata = {"Metadata": {"SecureConstructs": record}} if record else {}
    return {"Type": f"AWS::{type_}", "Properties": properties, **metadata}


def a_stack(
    resources: Mapping[str, Any],
    *,
    name: str = "Shop",
    paths: Mapping[str, str] | None = None,
    outputs: Mapping[str, Any] | None = None,
    nested: Sequence[Mapping[str, Any]] = (),
    account: str | None = None,
    protected: bool | None = None,
    folder: Path = FOLDER,
) -> AStack:
    """
    Return a stack of *resources*, at paths like those of L2 constructs.

    Each of *nested* is the whole template of a stack in it.
    """
    body = {"Resources": resources, "Outputs": outputs or {}}
    bodies = [body, *nested]
    own = {each: f"{name}/{each}/Resource" for each in resources}
    return AStack(
        name,
        [
            (
                folder / f"{name.replace('/', '')}{number or ''}.template.json",
                Template(each, account, protected),
            )
            for number, each in enumerate(bodies)
        ],
        own if paths is None else paths,
    )


def sites(*stacks: AStack) -> list[Site]:
    """Return the templates of *stacks*."""
    return list(sites_of(stacks))


def places(stack: AStack) -> dict[str, Place]:
    """Return the resources of *stack* by the paths they stand at."""
    return {
        place.path: place for site in sites(stack) for place in site.places.values()
    }
