"""Ways to break the policies of tenants, each of which the attacks must notice."""

from __future__ import annotations

import copy
import json
import re

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.support.conditions import texts

Statement = dict[str, Any]

# What makes up a statement's name: the first of these actions that it has.
_NAMES = {
    "sts:TagSession": "trust",
    "dynamodb:GetItem": "table",
    "dynamodb:Query": "index",
    "s3:GetObject": "objects",
    "s3:ListBucket": "list",
    "kms:Encrypt": "key of the table",
    "kms:Decrypt": "key of the bucket",
}
_DANGEROUS = {
    "table": ("dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:*", "*"),
    "index": ("dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:*", "*"),
    "objects": ("s3:GetObjectVersion", "s3:PutObjectAcl", "s3:*", "*"),
    "list": ("s3:ListBucketVersions", "s3:PutBucketPolicy", "s3:*", "*"),
    "key of the table": ("kms:CreateGrant", "kms:*", "*"),
    "key of the bucket": ("kms:CreateGrant", "kms:*", "*"),
    "trust": ("sts:SetSourceIdentity", "sts:*", "*"),
}
_VARIABLE = re.compile(r"(\$\{aws:\w+Tag/TenantId)\}")
_WHO = "${aws:PrincipalTag/TenantId}"


class Mutation(NamedTuple):
    """
    One change of a statement.

    Attributes:
        name: What is changed, and in which statement.
        change: Makes the change in a statement.
    """

    name: str
    change: Callable[[Statement], None]


def statements(template: Mapping[str, Any]) -> dict[str, Statement]:
    """Return the statements about tenants of *template*, as they are, by name."""
    found: dict[str, Statement] = {}
    for logical_id, resource in template["Resources"].items():
        if not logical_id.startswith("Tenant"):
            continue
        for each in ("AssumeRolePolicyDocument", "PolicyDocument"):
            document = resource["Properties"].get(each, {"Statement": []})
            found |= {_name(each): each for each in document["Statement"]}
    return found


def _name(statement: Statement) -> str:
    actions = texts(statement["Action"])
    return next(name for action, name in _NAMES.items() if action in actions)


def mutated(
    template: Mapping[str, Any], name: str, *mutations: Mutation
) -> dict[str, Any]:
    """Return a copy of *template* with *mutations* of the statement of that name."""
    other = copy.deepcopy(dict(template))
    for mutation in mutations:
        mutation.change(statements(other)[name])
    return other


def mutations_of(name: str, statement: Statement) -> Iterator[Mutation]:
    """Yield every change of *statement* that has to be noticed."""
    yield from _of_conditions(statement)
    yield from _of_actions(name, statement)
    yield from _of_resources(statement)
    yield from _of_principals(statement)
    if _VARIABLE.search(json.dumps(statement)):
        yield Mutation("a default for the variable", _with_default)
    yield Mutation("deny", lambda it: it.update(Effect="Deny"))


def _with_default(statement: Statement) -> None:
    text = _VARIABLE.sub(r"\1, 'a'}", json.dumps(statement))
    statement.update(json.loads(text))


def _of_conditions(statement: Statement) -> Iterator[Mutation]:
    for operator, keys in statement["Condition"].items():
        for key, value in keys.items():
            where = f"{operator} {key}"
            yield Mutation(f"{where}: left out", _without(operator, key))
            yield from _weaker(operator, key)
            if isinstance(value, list) and len(value) > 1:
                for each in value:
                    kept = [other for other in value if other != each]
                    yield Mutation(
                        f"{where}: without {each}", _with(operator, key, kept)
                    )
            yield from _wider(operator, key, value)


def _without(operator: str, key: str) -> Callable[[Statement], None]:
    def change(statement: Statement) -> None:
        del statement["Condition"][operator][key]

    return change


def _with(operator: str, key: str, value: Any) -> Callable[[Statement], None]:
    def change(statement: Statement) -> None:
        statement["Condition"][operator][key] = value

    return change


def _moved(operator: str, key: str, to: str) -> Callable[[Statement], None]:
    def change(statement: Statement) -> None:
        keys = statement["Condition"].pop(operator)
        value = keys.pop(key)
        statement["Condition"] |= {operator: keys} if keys else {}
        statement["Condition"].setdefault(to, {})[key] = value

    return change


def _weaker(operator: str, key: str) -> Iterator[Mutation]:
    """Yield changes to an operator that lets more through."""
    where = f"{operator} {key}"
    plain = operator.removeprefix("ForAllValues:")
    if plain != operator:
        any_one = f"ForAnyValue:{plain}"
        yield Mutation(f"{where}: for any value", _moved(operator, key, any_one))
    elif operator == "Null":
        yield Mutation(f"{where}: turned round", _turned_round(key))
        return
    # These let requests without the key through as they are.
    if not operator.endswith("IfExists") and plain == operator != "StringNotLike":
        optional = f"{operator}IfExists"
        yield Mutation(f"{where}: if it exists", _moved(operator, key, optional))
    if plain == "StringEquals" and key != "kms:ViaService":
        ignoring = operator.replace("StringEquals", "StringEqualsIgnoreCase")
        yield Mutation(f"{where}: in any letters", _moved(operator, key, ignoring))


def _turned_round(key: str) -> Callable[[Statement], None]:
    def change(statement: Statement) -> None:
        found = statement["Condition"]["Null"]
        found[key] = "true" if found[key] == "false" else "false"

    return change


def _wider(operator: str, key: str, value: Any) -> Iterator[Mutation]:
    """Yield changes to values that match more."""
    if "StringNotLike" in operator or operator == "Null":
        return
    for wide in _wide(value):
        to = operator.replace("StringEquals", "StringLike")

        def change(statement: Statement, wide: Any = wide, to: str = to) -> None:
            _moved(operator, key, to)(statement)
            statement["Condition"][to][key] = wide

        yield Mutation(f"{operator} {key}: {wide}", change)


def _wide(value: Any) -> Iterator[Any]:
    yield "*"
    listed = value if isinstance(value, list) else [value]
    for each in listed:
        if isinstance(each, str) and "Tag/TenantId}" in each:
            head, _, tail = each.partition("${")
            yield f"{head}*"
            yield each.rstrip("/*") + "*"
            if tail.endswith("/*"):
                yield [each, head]
                yield [each, ""]
                yield f"*{each}"


def _of_actions(name: str, statement: Statement) -> Iterator[Mutation]:
    actions = texts(statement["Action"])
    for each in actions:
        kept = [other for other in actions if other != each]

        def without(it: Statement, kept: list[str] = kept) -> None:
            it["Action"] = kept

        yield Mutation(f"without {each}", without)
    for each in _DANGEROUS[name]:

        def more(it: Statement, each: str = each) -> None:
            it["Action"] = [*actions, each]

        yield Mutation(f"and {each}", more)


def _of_resources(statement: Statement) -> Iterator[Mutation]:
    resource = statement.get("Resource")
    if resource is None:
        return
    for wide in ("*", *_wider_resources(resource)):

        def change(it: Statement, wide: Any = wide) -> None:
            it["Resource"] = wide

        yield Mutation(f"on {wide}", change)


def _wider_resources(resource: Any) -> Iterator[Any]:
    parts = resource.get("Fn::Join")
    if parts is None:
        return
    bucket_or_table, rest = parts[1]
    for end in {"/index/GSI1": ("/index/*", "/index/GSI1*", "/*")}.get(
        rest,
        ("/*", "/tenants/*", f"/tenants/{_WHO}*", f"/*{_WHO}/*", f"/tenants/*{_WHO}/*"),
    ):
        yield {"Fn::Join": ["", [bucket_or_table, end]]}


def _of_principals(statement: Statement) -> Iterator[Mutation]:
    if "Principal" not in statement:
        return
    brokers = statement["Principal"]["AWS"]
    for index, _ in enumerate(brokers):
        others = [*brokers[:index], *brokers[index + 1 :]]

        def fewer(it: Statement, others: Any = others) -> None:
            it["Principal"] = {"AWS": others}

        yield Mutation(f"without broker {index + 1}", fewer)
    for who in (
        "*",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:root",
    ):

        def more(it: Statement, who: str = who) -> None:
            it["Principal"] = {"AWS": [*brokers, who]}

        yield Mutation(f"and {who}", more)
