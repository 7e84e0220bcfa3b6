"""Stacks and their resources, with what AWS calls them and every value resolved."""

from __future__ import annotations

import uuid

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from tests.support.intrinsics import ABSENT, INTRINSICS

Template = Mapping[str, Any]


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
            return [each for each in found if each is not ABSENT]
        if not isinstance(value, Mapping):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name == "Ref" or name.startswith("Fn::")):
            if name not in INTRINSICS:
                raise LookupError(f"{self.name} uses {name}, which is not known here")
            return INTRINSICS[name](self, value[name])
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not ABSENT}


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
        return None if value is ABSENT else value

    @cached_property
    def name(self) -> str:
        """The physical name, or the generated id of what has no name."""
        named_by = SHAPES[self.type].named_by if self.type in SHAPES else ""
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
        if self.type not in SHAPES:
            raise LookupError(f"{self.type} is not known here")
        return SHAPES[self.type]

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
SHAPES = dict(
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
