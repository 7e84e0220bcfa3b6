"""The template of whatever a test has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import aws_cdk as cdk

    from aws_cdk.assertions import Template

    TemplateLike: TypeAlias = Mapping[str, Any] | cdk.Stack | Template


def template_of(source: TemplateLike) -> Mapping[str, Any]:
    """
    Return the template that *source* is or has.

    Raises:
        TypeError: It has none.
        ValueError: It is a mapping, but no template.
    """
    if isinstance(source, Mapping):
        if "Resources" not in source:
            raise ValueError("the template has no Resources")
        return source
    # Who compares plain templates does not load CDK for that.
    from aws_cdk import Stack, assertions  # noqa: PLC0415

    if isinstance(source, Stack):
        source = assertions.Template.from_stack(source)
    if not isinstance(source, assertions.Template):
        raise TypeError(
            f"{source!r} is neither a template nor a stack; an app has several "
            "templates, such as its .template(name)"
        )
    return dict(source.to_json())
