"""
What an app deploys: its synthesized templates with every intrinsic resolved.

A resource is called what its template calls it, else `<stack>-<logical id>`; what
else AWS makes up of an ARN is the same in every run. An intrinsic, an attribute or
a type that is not known here is an error when it is asked for, never a guess.
"""

from __future__ import annotations

import json
import re

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.iam import (
    Decision,
    Request,
    Statement,
    account_of,
    decide,
    may_assume,
)
from tests.support.stacks import SHAPES, Place, Resource, Stack, Template


@dataclass(frozen=True, eq=False)
class Cloud:
    """
    The stacks of an app, in whichever accounts and regions.

    Attributes:
        partition: The partition of all of them.
        nested: The templates of nested stacks, each by a part of its TemplateURL.
        stacks: The stacks. A nested one is called `<stack>-<logical id>`.
    """

    partition: str = "aws"
    nested: Mapping[str, Template] = field(default_factory=dict, repr=False)
    stacks: list[Stack] = field(default_factory=list, repr=False)

    @classmethod
    def of(
        cls,
        templates: Mapping[str, Template],
        *,
        nested: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        account: str = "111122223333",
        region: str = "eu-west-1",
        partition: str = "aws",
    ) -> Cloud:
        """
        Return what *templates* deploy.

        Args:
            templates: The templates by stack name, those of nested stacks included.
            nested: The names of nested ones, by what their TemplateURL contains:
                the hash under which `<stack>.assets.json` lists them.
            parameters: The parameters that are not left at their defaults.
            account: The account of all stacks; `add` puts one elsewhere.
            region: The region of all stacks.
            partition: Their partition.
        """
        inner = nested or {}
        cloud = cls(partition, {part: templates[name] for part, name in inner.items()})
        for name, template in templates.items():
            if name not in inner.values():
                cloud.add(name, template, account, region, parameters=parameters)
        return cloud

    @classmethod
    def read(
        cls,
        directory: Path,
        *,
        account: str = "111122223333",
        region: str = "eu-west-1",
        partition: str = "aws",
    ) -> Cloud:
        """
        Return what the app deploys that was synthesized into *directory*.

        Stages and nested stacks are found by the files there. *account* and
        *region* are those of stacks without an environment of their own.
        """
        cloud = cls(partition, dict(_nested_in(directory)))
        for name, template, place in _stacks_in(directory):
            own_account, own_region = place.removeprefix("aws://").split("/")
            unknown = {"unknown-account": account, "unknown-region": region}
            where = [unknown.get(each, each) for each in (own_account, own_region)]
            cloud.add(name, template, *where)
        return cloud

    def add(
        self,
        name: str,
        template: Template,
        account: str,
        region: str,
        *,
        parameters: Mapping[str, str] | None = None,
        parent: Resource | None = None,
    ) -> None:
        """Add a stack, and what is nested in it."""
        place = Place(self.partition, region, account)
        stack = Stack(name, template, place, self.stacks, parameters or {}, parent)
        self.stacks.append(stack)
        for each in stack.resources.values():
            if each.type == "AWS::CloudFormation::Stack":
                url = json.dumps(each.body["Properties"]["TemplateURL"])
                (inner,) = (self.nested[part] for part in self.nested if part in url)
                self.add(each.name, inner, account, region, parent=each)

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of *types*."""
        return [
            each
            for stack in self.stacks
            for each in stack.resources.values()
            if each.type in types
        ]

    def arn(self, stack: str, logical_id: str) -> str:
        """Return the ARN of a resource; that of a log group is without its `:*`."""
        (found,) = (each for each in self.stacks if each.name == stack)
        return found.resource(logical_id).arn

    def at(self, arn: str) -> Resource:
        """Return the resource that *arn* is, or is part of, as objects of a bucket."""
        # Nothing of IAM is part of another, though its path may look like it.
        ends = () if ":iam:" in arn else ("/", ":")
        found = [
            each
            for each in self.resources(*SHAPES)
            if each.arn == arn or arn.startswith(tuple(each.arn + end for end in ends))
        ]
        if not found:
            raise LookupError(f"{arn} is not in the templates")
        return max(found, key=lambda each: len(each.arn))

    def role_policies(
        self, role: str, *, ignore_aws_managed: bool = False
    ) -> list[Statement]:
        """
        Return the statements of the identity policies of a role.

        Raises:
            LookupError: One of the policies is not in the templates. Those that
                AWS manages can be ignored.
        """
        it = self.at(role)
        documents = [each["PolicyDocument"] for each in it.get("Policies") or []]
        documents += [
            each.get("PolicyDocument")
            for each in self.resources(*_ROLE_POLICIES)
            if each.place.account == it.place.account
            and it.name in (each.get("Roles") or [each.get("RoleName")])
        ]
        documents += [
            self.at(arn).get("PolicyDocument")
            for arn in it.get("ManagedPolicyArns") or []
            if not (ignore_aws_managed and ":iam::aws:policy/" in arn)
        ]
        return [statement for each in documents for statement in _statements(each)]

    def boundary(self, role: str) -> list[Statement] | None:
        """Return the statements of a role's permissions boundary, if it has one."""
        arn = self.at(role).get("PermissionsBoundary")
        return _statements(self.at(arn).get("PolicyDocument")) if arn else None

    def trust(self, role: str) -> list[Statement]:
        """Return the statements of a role's trust policy."""
        return _statements(self.at(role).get("AssumeRolePolicyDocument"))

    def resource_policy(self, arn: str) -> list[Statement]:
        """
        Return the statements of the policy of the resource that *arn* is part of.

        For a function that is its permissions, for a role its trust policy, and
        for a log group those of its account. A stream of a table has its own.
        """
        it = self.at(arn)
        documents = [_own_policy(it, arn), *self._attached(it)]
        return [statement for each in documents for statement in _statements(each)]

    def _attached(self, it: Resource) -> Iterator[Any]:
        """Yield the documents of the resources that are policies of *it*."""
        type_, link, document = _POLICIES.get(it.type, ("", "", ""))
        for each in self.resources(type_):
            named = each.get(link) if link else it.arn
            names = {*named} if isinstance(named, list) else {named}
            if each.place == it.place and names & {it.name, it.reference, it.arn}:
                yield each.get(document)
        function = ":".join(it.arn.split(":")[:7])
        for permission in map(_permission, self.resources("AWS::Lambda::Permission")):
            if f"{permission['Resource']}:".startswith(f"{function}:"):
                yield permission

    def decide(
        self,
        request: Request,
        *,
        identity: Iterable[Statement] | None = None,
        ignore_aws_managed: bool = False,
    ) -> Decision:
        """
        Decide *request* by the policies of the templates, of a role by its trust.

        Args:
            request: The call.
            identity: The identity policies of a principal that is not in the
                templates; an administrator (`:root`) and a service need none.
            ignore_aws_managed: Whether to go on without policies of AWS.

        Raises:
            LookupError: The templates have no such resource, or no such role and
                there is no *identity*.
        """
        role = self._role(request.principal) if identity is None else None
        own = list(identity or ())
        if role:
            own = self.role_policies(role, ignore_aws_managed=ignore_aws_managed)
        boundary = self.boundary(role) if role else None
        if request.resource == "*":
            return decide(request, identity=own, boundary=boundary)
        policy = self.resource_policy(request.resource)
        judge = partial(decide, resource_policy=policy)
        if request.action.lower().startswith("sts:assumerole"):
            judge = partial(may_assume, trust=policy)
        account = self.at(request.resource).place.account
        same = account_of(request.principal) == account
        return judge(request, identity=own, boundary=boundary, same_account=same)

    def _role(self, principal: str) -> str | None:
        """Return the ARN of the role that *principal* is, or is a session of."""
        if account_of(principal) is None or principal.endswith(":root"):
            return None
        session = re.fullmatch(r".*:(\d{12}):assumed-role/([^/]+)/.+", principal)
        of = session.groups() if session else None
        for each in self.resources("AWS::IAM::Role"):
            if each.arn == principal or (each.place.account, each.name) == of:
                return each.arn
        raise LookupError(f"{principal} is not in the templates; pass its identity=")


_ROLE_POLICIES = (
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
)
# By type, the type of its policies and their properties that are its name, if they
# are for one resource only, and the document.
_POLICIES = {
    "AWS::Events::EventBus": (
        "AWS::Events::EventBusPolicy",
        "EventBusName",
        "Statement",
    ),
    "AWS::Logs::LogGroup": ("AWS::Logs::ResourcePolicy", "", "PolicyDocument"),
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    "AWS::SecretsManager::Secret": (
        "AWS::SecretsManager::ResourcePolicy",
        "SecretId",
        "ResourcePolicy",
    ),
}
_PERMISSION_CONDITIONS = {
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "SourceArn": ("ArnLike", "aws:SourceArn"),
}


def _statements(document: Any) -> list[Statement]:
    """
    Return the statements of *document*, which may be text or a statement itself.

    Raises:
        ValueError: It has variables, but is of a version that has none.
    """
    if isinstance(document, str):
        document = json.loads(document)
    if not document or "Effect" in document:
        return [document] if document else []
    if document.get("Version") != "2012-10-17" and "${" in json.dumps(document):
        raise ValueError("a policy with variables needs the version 2012-10-17")
    found = document["Statement"]
    return [found] if isinstance(found, Mapping) else list(found)


def _own_policy(resource: Resource, arn: str) -> Any:
    """Return the policy document that is among the properties of *resource*."""
    if resource.type == "AWS::KMS::Key":
        return resource.get("KeyPolicy")
    if resource.type == "AWS::IAM::Role":
        return resource.get("AssumeRolePolicyDocument")
    if not resource.type.startswith("AWS::DynamoDB::"):
        return None
    stream = "StreamSpecification"
    properties = {name: resource.get(name) for name in ("ResourcePolicy", stream)}
    for replica in resource.get("Replicas") or []:
        if replica["Region"] == resource.place.region:
            properties = {**replica, stream: replica.get(f"Replica{stream}")}
    if "/stream/" in arn:
        properties = properties[stream] or {}
    return (properties.get("ResourcePolicy") or {}).get("PolicyDocument")


def _permission(permission: Resource) -> Statement:
    """Return what an `AWS::Lambda::Permission` adds to the policy of its function."""
    name, principal = permission.get("FunctionName"), permission.get("Principal")
    place = permission.place
    prefix = f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:"
    conditions: dict[str, dict[str, Any]] = {}
    for property_, (operator, key) in _PERMISSION_CONDITIONS.items():
        if (value := permission.get(property_)) is not None:
            conditions.setdefault(operator, {})[key] = value
    is_service = re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?", principal)
    return {
        "Effect": "Allow",
        "Action": permission.get("Action"),
        "Principal": {"Service" if is_service else "AWS": principal},
        "Resource": name if name.startswith("arn:") else f"{prefix}{name}",
        "Condition": conditions,
    }


def _stacks_in(directory: Path) -> Iterator[tuple[str, Template, str]]:
    """Yield name, template and environment of the stacks synthesized there."""
    for path in sorted(directory.rglob("manifest.json")):
        for key, artifact in json.loads(path.read_text())["artifacts"].items():
            if artifact["type"] == "aws:cloudformation:stack":
                properties = artifact["properties"]
                template = path.with_name(properties["templateFile"]).read_text()
                name = properties.get("stackName", key)
                yield name, json.loads(template), artifact["environment"]


def _nested_in(directory: Path) -> Iterator[tuple[str, Template]]:
    """Yield the templates of nested stacks, by the hash their TemplateURL has."""
    for path in directory.rglob("*.assets.json"):
        for part, asset in json.loads(path.read_text())["files"].items():
            name = str(asset["source"].get("path", ""))
            if name.endswith(".nested.template.json"):
                yield part, json.loads(path.with_name(name).read_text())
