"""What the intrinsics of a template become; one that is not here is not known."""

from __future__ import annotations

import re

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.stacks import Stack

ABSENT = object()  # what AWS::NoValue stands for


def _ref(stack: Stack, name: str) -> Any:
    pseudo = {
        "AWS::AccountId": stack.place.account,
        "AWS::NoValue": ABSENT,
        "AWS::Partition": stack.place.partition,
        "AWS::Region": stack.place.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": stack.place.suffix,
    }
    if name in pseudo:
        return pseudo[name]
    if name in stack.template.get("Parameters", {}):
        return stack.parameter(name)
    return stack.resource(name).reference


def _get_att(stack: Stack, argument: str | list[str]) -> Any:
    path = argument if isinstance(argument, str) else ".".join(argument)
    name, _, attribute = path.partition(".")
    resource = stack.resource(name)
    if attribute.startswith("Outputs."):
        (nested,) = (each for each in stack.others if each.parent is resource)
        return nested.output(attribute.removeprefix("Outputs."))
    return resource.attribute(attribute)


def _sub(stack: Stack, argument: str | list[Any]) -> str:
    text, values = (argument, {}) if isinstance(argument, str) else argument

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in values:
            return str(stack.resolve(values[name]))
        return str(_get_att(stack, name) if "." in name else _ref(stack, name))

    return re.sub(r"\$\{([^}]+)\}", value, text)


def _join(stack: Stack, argument: list[Any]) -> str:
    return str(argument[0]).join(str(each) for each in stack.resolve(argument[1]))


def _select(stack: Stack, argument: list[Any]) -> Any:
    return stack.resolve(argument[1])[int(stack.resolve(argument[0]))]


def _split(stack: Stack, argument: list[Any]) -> list[str]:
    return str(stack.resolve(argument[1])).split(argument[0])


def _find_in_map(stack: Stack, argument: list[Any]) -> Any:
    name, first, second = stack.resolve(argument)
    return stack.template["Mappings"][name][first][second]


def _import_value(stack: Stack, argument: Any) -> Any:
    name = stack.resolve(argument)
    exports = [
        (each, output)
        for each in stack.others
        for output, body in each.template.get("Outputs", {}).items()
        if each.place == stack.place
        and name == each.resolve(body.get("Export", {}).get("Name"))
    ]
    if len(exports) != 1:
        raise LookupError(f"{len(exports)} stacks export {name}")
    return exports[0][0].output(exports[0][1])


def _get_stack_output(stack: Stack, argument: Mapping[str, Any]) -> Any:
    wanted = stack.resolve(argument)
    role = re.fullmatch(r"arn:[^:]+:iam::(\d+):.*", wanted.get("RoleArn", ""))
    place = stack.place._replace(
        region=wanted.get("Region", stack.place.region),
        account=role[1] if role else stack.place.account,
    )
    found = [
        each
        for each in stack.others
        if (each.place, each.name) == (place, wanted["StackName"])
    ]
    if len(found) != 1:
        raise LookupError(f"{len(found)} stacks are called {wanted['StackName']}")
    return found[0].output(wanted["OutputName"])


def _if(stack: Stack, argument: list[Any]) -> Any:
    condition, yes, no = argument
    return stack.resolve(yes if stack.condition(condition) else no)


def _truths(stack: Stack, argument: list[Any]) -> list[bool]:
    return [
        stack.condition(each["Condition"])
        if each.keys() == {"Condition"}
        else bool(stack.resolve(each))
        for each in argument
    ]


def _equals(stack: Stack, argument: list[Any]) -> bool:
    first, second = stack.resolve(argument)
    return str(first) == str(second)


INTRINSICS: Mapping[str, Callable[[Stack, Any], Any]] = {
    "Ref": _ref,
    "Fn::And": lambda stack, argument: all(_truths(stack, argument)),
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::GetStackOutput": _get_stack_output,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Not": lambda stack, argument: not _truths(stack, argument)[0],
    "Fn::Or": lambda stack, argument: any(_truths(stack, argument)),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
