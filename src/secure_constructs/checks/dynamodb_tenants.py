"""The rules for tenants: what roles, tables and buckets let them do."""

from __future__ import annotations

import dataclasses

from collections.abc import Callable, Iterable, Iterator

from secure_constructs.checks.bucket_policy import statements_of
from secure_constructs.checks.policy import Statement, read_policy
from secure_constructs.checks.role_policies import policies_of, policies_of_aws
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import Resource, listed
from secure_constructs.checks.tenant_policies import (
    Tenancy,
    in_buckets,
    in_tables,
    is_for_tenants,
)
from secure_constructs.checks.tenant_trust import tags_of, ways_in

_BUCKET = "AWS::S3::Bucket"
_ROLE = "AWS::IAM::Role"
_TABLES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")
_OF_TABLE = ("ResourcePolicy", "PolicyDocument")
_Problems = Callable[[Statement, Tenancy], Iterable[str]]


@rule(
    "DDB-08",
    _ROLE,
    *_TABLES,
    why="A session that reaches one item of another tenant may reach them all, and "
    "nothing in the application notices.",
    fix="Let only named brokers assume the role, with exactly one tag; allow named "
    "actions on the table and on named indexes, by ForAllValues:StringEquals on "
    "dynamodb:LeadingKeys with the tag's variable, and Null on it with false.",
    controls=("NIST 800-53 AC-3", "NIST 800-53 AC-4", "NIST 800-53 AC-6"),
)
def isolated(resource: Resource) -> Iterator[Breach]:
    """
    The session of a tenant reaches only items under partition keys of its own.

    A `TenantRole` is judged whole. Of the other roles, only the statements are that
    compare something with a tag of the principal, since these are to tell tenants
    apart. Grants without such a condition are for code that is trusted.
    """
    if resource.type != _ROLE:
        yield from _let_in(resource, _statements_of(resource), _in_this_table)
        return
    if _is_of_tenants(resource):
        for problem in dict.fromkeys(ways_in(resource)):
            yield Breach("Properties.AssumeRolePolicyDocument", problem)
        for name in policies_of_aws(resource):
            yield Breach("Properties", f"it has {name}, which is AWS's to change")
    yield from _beyond(resource, in_tables)


@rule(
    "S3-10",
    _ROLE,
    _BUCKET,
    why="A prefix without a slash behind the tenant also begins the keys of others; "
    "a list without a prefix shows the keys of all.",
    fix="Put the tag's variable and a slash into the ARN of the objects, before any "
    "wildcard, and into StringLike on s3:prefix for lists.",
    controls=("NIST 800-53 AC-3", "NIST 800-53 AC-4", "NIST 800-53 AC-6"),
)
def objects_isolated(resource: Resource) -> Iterator[Breach]:
    """The session of a tenant reaches and lists only objects under its own prefix."""
    if resource.type == _BUCKET:
        yield from _let_in(resource, statements_of(resource), in_buckets)
    else:
        yield from _beyond(resource, in_buckets)


RULES = (isolated, objects_isolated)


def _beyond(role: Resource, problems: _Problems) -> Iterator[Breach]:
    """Yield by what *role* lets a tenant reach more than what is its own."""
    ours = _is_of_tenants(role)
    tenancy = Tenancy(role.template, tags_of(role) if ours else frozenset())
    found = [
        problem
        for policy in policies_of(role)
        for statement in policy.statements
        if statement.allows and (ours or is_for_tenants(statement))
        for problem in problems(statement, tenancy)
    ]
    for problem in dict.fromkeys(found):
        yield Breach("Properties", problem)


def _let_in(
    resource: Resource, statements: Iterable[Statement], problems: _Problems
) -> Iterator[Breach]:
    """Yield by what the policy of *resource* lets a tenant reach more than its own."""
    found = [
        problem
        for statement in statements
        if statement.allows and _is_for_tenants_of(statement, resource)
        for problem in problems(statement, Tenancy(resource.template))
    ]
    for problem in dict.fromkeys(found):
        yield Breach("Properties", f"by its policy the role of a tenant may: {problem}")


def _statements_of(table: Resource) -> Iterator[Statement]:
    """Yield the statements of the policies of *table* in each region."""
    replicas = enumerate(listed(table.known("Replicas")))
    paths = [_OF_TABLE, *(("Replicas", index, *_OF_TABLE) for index, _ in replicas)]
    for path in paths:
        yield from read_policy(table, *path).statements


def _in_this_table(statement: Statement, tenancy: Tenancy) -> Iterator[str]:
    # In a table's own policy the resource is the table, however it is written.
    return in_tables(dataclasses.replace(statement, resources=["-"]), tenancy)


def _is_for_tenants_of(statement: Statement, resource: Resource) -> bool:
    """Whether *statement* of the policy of *resource* is known to let tenants in."""
    ours = resource.record.get("Construct") == "TenantTable"
    everybody = statement.is_for_everybody and not statement.is_narrowed
    named = map(resource.template.referred, statement.principals.get("AWS", []))
    return (ours and everybody) or any(each and _is_of_tenants(each) for each in named)


def _is_of_tenants(role: Resource) -> bool:
    return bool(role.record.get("Construct") == "TenantRole")
