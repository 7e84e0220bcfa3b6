"""
What an app deploys: its synthesized templates with every intrinsic resolved.

A resource is called what its template calls it, else `<stack>-<logical id>`; what
else AWS makes up of an ARN is the same in every run. An intrinsic, an attribute or
a type that is not known here is an error when it is asked for, never a guess.
"""

from __future__ import annotations

import json
import re
import uuid

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.iam import (
    Decision,
    Request,
    Statement,
    account_of,
    decide,
    may_assume,
)

Template = Mapping[str, Any]


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
            for each in self.resources(*_SHAPES)
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


class Place(NamedTuple):
    """Where a stack is deployed."""

    partition: str
    region: str
    account: str

    @property
    def suffix(self) -> str:
        """The domain of its endpoints."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


@dataclass(frozen=True, eq=False)
class Stack:
    """
    One stack.

    Attributes:
        name: Its name.
        template: Its template.
        place: Where it is deployed.
        others: All stacks, for what it takes from them.
        parameters: The parameters that are given.
        parent: The resource that it is in the stack it is nested in.
    """

    name: str
    template: Template = field(repr=False)
    place: Place
    others: Iterable[Stack] = field(repr=False)
    parameters: Mapping[str, str] = field(repr=False)
    parent: Resource | None = field(repr=False)

    @property
    def id(self) -> str:
        """The ARN of the stack."""
        partition, region, account = self.place
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{region}/{account}/{self.name}")
        prefix = f"arn:{partition}:cloudformation:{region}:{account}:stack"
        return f"{prefix}/{self.name}/{unique}"

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """The resources by logical id, but those whose condition is false."""
        return {
            name: Resource(self, name, body)
            for name, body in self.template.get("Resources", {}).items()
            if "Condition" not in body or self.condition(body["Condition"])
        }

    def resource(self, logical_id: str) -> Resource:
        """Return one resource."""
        if logical_id not in self.resources:
            raise LookupError(f"{self.name} has no resource {logical_id}")
        return self.resources[logical_id]

    def output(self, name: str) -> Any:
        """Return the value of an output."""
        return self.resolve(self.template["Outputs"][name]["Value"])

    def condition(self, name: str) -> bool:
        """Return whether a condition is true."""
        return bool(self.resolve(self.template["Conditions"][name]))

    def parameter(self, name: str) -> Any:
        """Return the value of a parameter."""
        given = (
            self.parent.body["Properties"].get("Parameters", {}) if self.parent else {}
        )
        declared = self.template["Parameters"][name]
        if name in given and self.parent:
            value = self.parent.stack.resolve(given[name])
        elif name in self.parameters:
            value = self.parameters[name]
        elif "Default" in declared and not declared["Type"].startswith("AWS::SSM::"):
            value = declared["Default"]
        else:
            raise LookupError(f"{self.name} is given no value for its parameter {name}")
        is_list = "List" in declared["Type"] and isinstance(value, str)
        return value.split(",") if is_list else value

    def resolve(self, value: Any) -> Any:
        """Return *value*, a part of the template, with its intrinsics resolved."""
        if isinstance(value, list):
            found = [self.resolve(each) for each in value]
            return [each for each in found if each is not _ABSENT]
        if not isinstance(value, Mapping):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
            if name not in _INTRINSICS:
                raise LookupError(f"{self.name} uses {name}, which is not known here")
            return _INTRINSICS[name](self, value[name])
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not _ABSENT}


@dataclass(frozen=True, eq=False)
class Resource:
    """
    One resource.

    Attributes:
        stack: The stack it is in.
        logical_id: Its logical id.
        body: Its definition, unresolved.
    """

    stack: Stack
    logical_id: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def type(self) -> str:
        """The type."""
        return str(self.body["Type"])

    @property
    def place(self) -> Place:
        """Where it is deployed."""
        return self.stack.place

    def get(self, name: str) -> Any:
        """Return one property, resolved; None where there is none."""
        value = self.stack.resolve(self.body.get("Properties", {}).get(name))
        return None if value is _ABSENT else value

    @cached_property
    def name(self) -> str:
        """The physical name, or the generated id of what has no name."""
        named_by = _SHAPES[self.type].named_by if self.type in _SHAPES else ""
        name = self.get(named_by) or f"{self.stack.name}-{self.logical_id}"
        return str(name).removeprefix("https://")

    @cached_property
    def arn(self) -> str:
        """The ARN."""
        return self._filled(f"arn:{self.place.partition}:{self._shape.arn}")

    @property
    def reference(self) -> str:
        """What `Ref` gives."""
        if self._shape.reference == "-":
            raise LookupError(f"Ref of {self.type} is not known here")
        return self._filled(self._shape.reference, arn=self.arn)

    def attribute(self, name: str) -> str:
        """Return what `Fn::GetAtt` gives."""
        if name not in self._shape.attributes:
            raise LookupError(f"{name} of {self.type} is not known here")
        return self._filled(self._shape.attributes[name], arn=self.arn)

    @property
    def _shape(self) -> _Shape:
        if self.type not in _SHAPES:
            raise LookupError(f"{self.type} is not known here")
        return _SHAPES[self.type]

    def _filled(self, pattern: str, **more: str) -> str:
        """Return *pattern* with the names of this resource and of what is around."""
        place, queue = self.place, f"{self.place.account}/{self.name}"
        bus = (self.get("EventBusName") or "default").rpartition("/")[2]
        return pattern.format(
            name=self.name,
            here=f"{place.region}:{place.account}",
            account=place.account,
            function=(self.get("FunctionName") or "").rpartition(":")[2],
            group=self.get("GroupName") or "default",
            path=self.get("Path") or "/",
            rule=self.name if bus == "default" else f"{bus}/{self.name}",
            time="2026-01-01T00:00:00.000",
            url=f"https://sqs.{place.region}.{place.suffix}/{queue}",
            **more,
        )


class _Shape(NamedTuple):
    """What the resources of a type are called, with `{name}` and so on to fill in."""

    named_by: str  # the property that is the name
    arn: str  # after the partition
    reference: str
    attributes: Mapping[str, str]


def _shapes(table: str) -> Iterator[tuple[str, _Shape]]:
    """Yield the shapes in *table*, in which `-` is what there is not."""
    for line in table.strip().splitlines():
        type_, named_by, arn, reference, *attributes = line.split()
        pairs = (each.split("=") for each in attributes)
        yield f"AWS::{type_}", _Shape(named_by, arn, reference, dict(pairs))


# Type, property that is the name, ARN, Ref, attributes for Fn::GetAtt.
_SHAPES = dict(
    _shapes("""
CloudWatch::Alarm AlarmName cloudwatch:{here}:alarm:{name} {name} Arn={arn}
DynamoDB::GlobalTable TableName dynamodb:{here}:table/{name} {name} Arn={arn} StreamArn={arn}/stream/{time}
DynamoDB::Table TableName dynamodb:{here}:table/{name} {name} Arn={arn} StreamArn={arn}/stream/{time}
Events::Archive ArchiveName events:{here}:archive/{name} {name} Arn={arn}
Events::EventBus Name events:{here}:event-bus/{name} {name} Arn={arn} Name={name}
Events::Rule Name events:{here}:rule/{rule} - Arn={arn}
IAM::ManagedPolicy ManagedPolicyName iam::{account}:policy{path}{name} {arn} PolicyArn={arn}
IAM::OIDCProvider Url iam::{account}:oidc-provider/{name} {arn} Arn={arn}
IAM::Role RoleName iam::{account}:role{path}{name} {name} Arn={arn}
KMS::Alias AliasName kms:{here}:{name} {name}
KMS::Key - kms:{here}:key/{name} {name} Arn={arn} KeyId={name}
Lambda::Alias Name lambda:{here}:function:{function}:{name} {arn} AliasArn={arn}
Lambda::Function FunctionName lambda:{here}:function:{name} {name} Arn={arn}
Lambda::Version - lambda:{here}:function:{function}:1 {arn} Version=1
Logs::LogGroup LogGroupName logs:{here}:log-group:{name} {name} Arn={arn}:*
S3::Bucket BucketName s3:::{name} {name} Arn={arn}
SNS::Topic TopicName sns:{here}:{name} {arn} TopicArn={arn} TopicName={name}
SQS::Queue QueueName sqs:{here}:{name} {url} Arn={arn} QueueName={name} QueueUrl={url}
Scheduler::Schedule Name scheduler:{here}:schedule/{group}/{name} {name} Arn={arn}
Scheduler::ScheduleGroup Name scheduler:{here}:schedule-group/{name} {name} Arn={arn}
SecretsManager::Secret Name secretsmanager:{here}:secret:{name}-AbCdEf {arn} Id={arn}
StepFunctions::StateMachine StateMachineName states:{here}:stateMachine:{name} {arn} Arn={arn} Name={name}
""")  # noqa: E501 - a table is read by its lines
)
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


_ABSENT = object()  # what AWS::NoValue stands for


def _ref(stack: Stack, name: str) -> Any:
    pseudo = {
        "AWS::AccountId": stack.place.account,
        "AWS::NoValue": _ABSENT,
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


_INTRINSICS: Mapping[str, Callable[[Stack, Any], Any]] = {
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
