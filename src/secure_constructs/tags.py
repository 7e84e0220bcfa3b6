"""StandardTags: every resource says whose it is."""

from __future__ import annotations

import re

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import jsii

from aws_cdk import Stack, Stage, Tags
from constructs import IValidation

from secure_constructs._create_only_tags import CREATE_ONLY_TAGS
from secure_constructs._inputs import named, without_tokens

if TYPE_CHECKING:
    from constructs import IConstruct

_TAGGED = "_secure_constructs_tagged"
_MOST_TAGS = 50
_LONGEST_KEY = 128
_LONGEST_VALUE = 256
# What every AWS service accepts; some accept more, some nothing else.
_CHARACTERS = re.compile(r"[\w .:/=+\-@]*")
# CDK's name for the stack itself among the resource types.
_STACK = "aws:cdk:stack"


@dataclass(frozen=True, kw_only=True)
class StandardTags:
    """
    The tags of all resources of an app, stage or stack (CDK-01).

    Some resource types cannot change their tags: CloudFormation would replace
    the resource. They are listed in `StandardTags.LEFT_OUT` and stay untagged.
    The stack itself is not tagged either, because CloudFormation hands a
    stack's tags down to those same resources.

    Args:
        env: The tag `Env`: the environment, such as `prod`.
        team: The tag `Team`: who is called at night.
        service: The tag `Service`: the product or component it belongs to.
        cost_center: The tag `CostCenter`; defaults to none.
        owner: The tag `Owner`; defaults to none.
        extra: Further tags by name; defaults to none.

    Raises:
        ValueError: A name or value is empty, too long (128 and 256 characters)
            or has characters that AWS refuses, a name starts with `aws:` or
            occurs twice, or there are more than 50 tags.

    Attributes:
        LEFT_OUT: The resource types that are never tagged.

    Example:
        >>> StandardTags(env="prod", team="orders", service="shop").apply_to(app)
    """

    LEFT_OUT: ClassVar[tuple[str, ...]] = CREATE_ONLY_TAGS

    env: str
    team: str
    service: str
    cost_center: str | None = None
    owner: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Check all names and values."""
        if not isinstance(self.extra, Mapping):
            msg = f"StandardTags: extra={self.extra!r} is no mapping of names to values"
            raise TypeError(msg)
        names = [str(name).lower() for name in self.as_dict()]
        if len(names) > _MOST_TAGS:
            raise _wrong(len(names), f"tags are more than {_MOST_TAGS}, AWS's limit")
        for name, value in self.as_dict().items():
            _check_name(name)
            # IAM takes names that differ only by case for the same.
            if names.count(name.lower()) > 1:
                raise _wrong(name, "occurs twice; AWS ignores the case of tag names")
            _check_value(name, value)

    def as_dict(self) -> dict[str, str]:
        """Return the tags by name."""
        optional = {"CostCenter": self.cost_center, "Owner": self.owner}
        given = {
            "Env": self.env,
            "Team": self.team,
            "Service": self.service,
            **{name: value for name, value in optional.items() if value is not None},
        }
        repeated = given.keys() & self.extra.keys()
        if repeated:
            raise _wrong(min(repeated), "is an argument of its own; leave it out here")
        return {**given, **self.extra}

    def apply_to(self, scope: Stage | Stack) -> None:
        """
        Tag all resources of *scope*, also those that are created later.

        CDK hands tags down as far as the next stage. So a stage below *scope*
        needs a call of its own; synthesis fails where that was forgotten.

        Args:
            scope: An app, stage or stack.

        Raises:
            TypeError: *scope* is none of these.
        """
        if not isinstance(scope, (Stage, Stack)):
            msg = f"StandardTags: {scope!r} is no app, stage or stack"
            raise TypeError(msg)
        tags = Tags.of(scope)
        for name, value in self.as_dict().items():
            tags.add(name, value, exclude_resource_types=[*self.LEFT_OUT, _STACK])
        setattr(scope, _TAGGED, True)
        scope.node.add_validation(_StagesBelow(scope))


@jsii.implements(IValidation)
class _StagesBelow:
    """Finds the stages that CDK did not hand the tags down to."""

    def __init__(self, scope: IConstruct) -> None:
        self._scope = scope

    def validate(self) -> list[str]:
        """Return an error for each stage without tags."""
        return [
            f"StandardTags of {named(self._scope)} do not reach the stage "
            f"'{below.node.path}', because CDK's tags stop at a stage; "
            "call apply_to on that stage as well"
            for below in self._scope.node.find_all()
            if isinstance(below, Stage) and not getattr(below, _TAGGED, False)
        ]


def _check_name(name: str) -> None:
    if not isinstance(name, str):
        msg = f"StandardTags: the name {name!r} is no text"
        raise TypeError(msg)
    if not name.strip() or len(name) > _LONGEST_KEY:
        raise _wrong(name, f"is no tag name of 1 to {_LONGEST_KEY} characters")
    if name.lower().startswith("aws:"):
        raise _wrong(name, "starts with aws:, which AWS keeps for itself")
    if not _CHARACTERS.fullmatch(name):
        raise _wrong(name, "has characters that AWS refuses in tag names")


def _check_value(name: str, value: str) -> None:
    if not isinstance(value, str):
        msg = f"StandardTags: {name}={value!r} is no text"
        raise TypeError(msg)
    known = without_tokens(value)
    if not value.strip() or len(known) > _LONGEST_VALUE:
        problem = (
            f"is the value of {name}, which takes 1 to {_LONGEST_VALUE} characters"
        )
        raise _wrong(value, problem)
    if not _CHARACTERS.fullmatch(known):
        problem = f"is the value of {name} and has characters that AWS refuses; "
        raise _wrong(value, problem + "use letters, digits, spaces and _.:/=+-@")


def _wrong(value: object, problem: str) -> ValueError:
    return ValueError(f"StandardTags: {value!r} {problem}")
