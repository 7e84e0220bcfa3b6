"""
What an app deploys: its synthesized templates with every intrinsic resolved.

A resource is called what its template calls it, else `<stack>-<logical id>`; what
else AWS makes up of an ARN is the same in every run. An intrinsic, an attribute or
a type that is not known here is an error when it is asked for, never a guess.
"""

from __future__ import annotations

import functools
import json
import re
import uuid

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import iam
from tests.support.iam import Decision, Request, Statement

Template = Mapping[str, Any]
_ABSENT = object()  # what `AWS::NoValue` stands for


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
        *region* are for stacks without an environment of their own.
        """
        cloud = cls(partition, dict(_nested(directory)))
        for path in sorted(directory.rglob("manifest.json")):
            for key, artifact in json.loads(path.read_text())["artifacts"].items():
                if artifact["type"] == "aws:cloudformation:stack":
                    properties = artifact["properties"]
                    template = path.with_name(properties["templateFile"]).read_text()
                    where = artifact["environment"].removeprefix("aws://").split("/")
                    cloud.add(
                        properties.get("stackName", key),
                        json.loads(template),
                        account if where[0] == "unknown-account" else where[0],
                        region if where[1] == "unknown-region" else where[1],
                    )
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
        """Add a stack and what is nested in it."""
        stack = Stack(self, name, template, account, region, parameters or {}, parent)
        self.stacks.append(stack)
        for each in stack.resources.values():
            if each.type == "AWS::CloudFormation::Stack":
                url = json.dumps(each.body["Properties"]["TemplateURL"])
                (inner,) = (self.nested[part] for part in self.nested if part in url)
                self.add(
                    f"{name}-{each.logical_id}", inner, account, region, parent=each
                )

    def resources(self, *types: str) -> list[Resource]:
        """Return the resources of *types*, or all."""
        everything = (each for stack in self.stacks for each in stack.resources.values())
        return [each for each in everything if not types or each.type in types]

    def stack(self, name: str) -> Stack:
        """Return the one stack of that name."""
        found = [stack for stack in self.stacks if stack.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} stacks are called {name}")
        return found[0]

    def arn(self, stack: str, logical_id: str) -> str:
        """Return the ARN of a resource, of a log group without its `:*`."""
        return self.stack(stack).resource(logical_id).arn

    def at(self, arn: str) -> Resource:
        """Return the resource that *arn* is, or is in: an object is in its bucket."""
        known = (each for each in self.resources() if each.type in _SHAPES)
        found = [each for each in known if f"{arn}/".startswith((f"{each.arn}/", f"{each.arn}:"))]
        if not found:
            raise LookupError(f"{arn} is not in the templates")
        return max(found, key=lambda each: len(each.arn))

    def role_policies(
        self, role: str, *, ignore_aws_managed: bool = False
    ) -> list[Statement]:
        """Return the statements of the identity policies of the role with that ARN."""
        it = self.at(role)
        found = [_statements(each["PolicyDocument"]) for each in it.get("Policies") or []]
        for each in self.resources("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            own = each.stack.account == it.stack.account
            if own and it.name in (each.get("Roles") or []):
                found.append(_statements(each.get("PolicyDocument")))
        for arn in it.get("ManagedPolicyArns") or []:
            if not (ignore_aws_managed and ":iam::aws:policy/" in arn):
                found.append(_statements(self.at(arn).get("PolicyDocument")))
        return [statement for statements in found for statement in statements]

    def boundary(self, role: str) -> list[Statement] | None:
        """Return the statements of a role's permissions boundary, if it has one."""
        arn = self.at(role).get("PermissionsBoundary")
        return _statements(self.at(arn).get("PolicyDocument")) if arn else None

    def trust(self, role: str) -> list[Statement]:
        """Return the statements of a role's trust policy."""
        return _statements(self.at(role).get("AssumeRolePolicyDocument"))
