"""assert_logical_ids: the resources that hold data keep the ids they are known by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from secure_constructs.testing.templates import template_of

if TYPE_CHECKING:
    from secure_constructs.testing.templates import TemplateLike

_PATH = "aws:cdk:path"


def assert_logical_ids(source: TemplateLike, ids: Mapping[str, str]) -> None:
    """
    Assert that the resources called *ids* are in the template, with these types.

    CloudFormation knows a resource by its logical id. CDK makes that of the ids of
    the constructs around it, so a construct that moves gets another one.

    Args:
        source: The template, or a stack.
        ids: The resource types by logical id, such as
            `{"OrdersA9B65338": "AWS::DynamoDB::Table"}`.

    Raises:
        AssertionError: One is missing or has another type; the message says what
            took its place.
    """
    __tracebackhide__ = True
    resources = template_of(source)["Resources"]
    problems = list(_problems(resources, ids))
    if problems:
        raise AssertionError("\n".join(problems))


def _problems(resources: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[str]:
    for logical_id, type_ in ids.items():
        now = resources.get(logical_id)
        if now is None:
            yield _missing(resources, ids, logical_id, type_)
        elif now["Type"] != type_:
            yield (
                f"{logical_id} was a {type_} and is a {now['Type']} now. "
                "CloudFormation refuses to change the type of a resource, so the "
                "deployment fails. Give the new resource another id, and decide what "
                "becomes of the old one and its data."
            )


def _missing(
    resources: Mapping[str, Any], ids: Mapping[str, str], logical_id: str, type_: str
) -> str:
    """Say that *logical_id* is gone, and what is there in its place."""
    others = [
        f"{name}{_at(resource)}"
        for name, resource in resources.items()
        if resource["Type"] == type_ and name not in ids
    ]
    there = f"In its place there is {' or '.join(others)}. " if others else ""
    gone = f"{logical_id} ({type_}) is gone. {there}"
    return (
        f"{gone}CloudFormation knows a resource by its logical id: it would make a "
        "new, empty one and delete or abandon the old one. Put the construct back to "
        f"its scope and id, or keep the name with override_logical_id({logical_id!r}) "
        "at the L1."
    )


def _at(resource: Mapping[str, Any]) -> str:
    path = resource.get("Metadata", {}).get(_PATH)
    return f" at {path}" if path else ""
