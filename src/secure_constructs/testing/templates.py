"""The template of whatever a test has at hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from secure_constructs.testing.app import CdkApp

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
    # The modules of CDK cost time, and who has such an object has loaded them.
    from aws_cdk import Stack, assertions  # noqa: PLC0415

    if isinstance(source, Stack):
        source = assertions.Template.from_stack(source)
    if isinstance(source, assertions.Template):
        return dict(source.to_json())
    if isinstance(source, CdkApp):
        raise TypeError("an app has several templates; use its .template(name)")
    if not isinstance(source, Mapping):
        raise TypeError(f"{source!r} is neither a template nor a stack")
    if "Resources" not in source:
        raise ValueError("the template has no Resources")
    return source
