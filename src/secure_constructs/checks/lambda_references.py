"""What else in a template belongs to a Lambda function."""

from __future__ import annotations

import re

from secure_constructs.checks.template import Resource

# A function may be named by its ARN, and with a version or an alias behind it.
_FUNCTION = re.compile(r"(?:arn:.+:function:)?((?:\$\{[^}]*\}|[^:$])+)(?::[\w$-]+)?")
_QUALIFIERS = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


def names_of(function: Resource) -> list[str]:
    """Return the texts of what names *function*: a reference, and a given name."""
    own = function.template.settled(function.read("FunctionName"))
    return [function.ref, *([own] if own else [])]


def naming(function: Resource, type_: str) -> list[Resource]:
    """Return the resources of *type_* that are for *function*."""
    index = function.template.index(type_, _functions)
    names = (*names_of(function), function.arn)
    return [each for name in names for each in index.get(name, ())]


def reaching(function: Resource, type_: str) -> list[Resource]:
    """Return those that are for *function* or for a version or an alias of it."""
    index = function.template.index(type_, _functions)
    qualified = [each for kind in _QUALIFIERS for each in naming(function, kind)]
    found = [each for one in qualified for each in index.get(one.ref, ())]
    return naming(function, type_) + found


def may_name_any(function: Resource, type_: str) -> bool:
    """Whether only the deployment knows for which function one of *type_* is."""
    return None in function.template.index(type_, _functions)


def _functions(resource: Resource) -> list[str | None]:
    """Return the text of the function that *resource* is for, without a qualifier."""
    key = "TargetFunctionArn" if resource.type == "AWS::Lambda::Url" else "FunctionName"
    written = resource.template.settled(resource.read(key))
    match = _FUNCTION.fullmatch(written or "")
    return [match[1] if match else None]
