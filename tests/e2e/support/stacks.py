"""A deployed product: what its stacks have made, and how it goes again."""

from __future__ import annotations

import json
import re
import uuid

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.waiting import eventually

# What CloudFormation takes in a request.
_LONGEST = 51_200


class DeploymentError(Exception):
    """CloudFormation did not do what it was asked for."""


@dataclass(frozen=True)
class Product:
    """
    The stacks of one deployment of the example.

    Attributes:
        endpoint: Where they are.
        names: Their names, by what the app calls them.
    """

    endpoint: Endpoint
    names: Mapping[str, str]

    def resources(self, stack: str) -> dict[str, str]:
        """Return the physical ids of what a stack has made, by logical id."""
        return self._described(stack, "PhysicalResourceId")

    def types(self, stack: str) -> dict[str, str]:
        """Return the types of what a stack has made, by logical id."""
        return self._described(stack, "ResourceType")

    def _described(self, stack: str, what: str) -> dict[str, str]:
        found = self.endpoint.client("cloudformation").describe_stack_resources(
            StackName=self.names[stack]
        )["StackResources"]
        return {each["LogicalResourceId"]: each[what] for each in found}

    def id(self, stack: str, construct: str) -> str:
        """
        Return the physical id of one resource.

        Args:
            stack: What the app calls the stack.
            construct: The logical id without the eight digits at its end.
        """
        (found,) = (
            physical
            for logical, physical in self.resources(stack).items()
            if re.fullmatch(f"{construct}[0-9A-F]{{8}}", logical)
        )
        return found

    def status(self, stack: str) -> str:
        """Return the status of a stack."""
        return status(self.endpoint, self.names[stack])

    def deploy(self, stack: str, template: Mapping[str, Any]) -> None:
        """
        Make or update a stack by a change set, as the CDK CLI does.

        Raises:
            DeploymentError: It failed; what failed is named.
        """
        cloudformation, name = self.endpoint.client("cloudformation"), self.names[stack]
        before = status(self.endpoint, name)
        changes = cloudformation.create_change_set(
            StackName=name,
            ChangeSetName=f"e2e{uuid.uuid4().hex}",
            ChangeSetType="CREATE" if before == "DELETE_COMPLETE" else "UPDATE",
            **self._source(json.dumps(template)),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )["Id"]
        if not self._has_changes(changes):
            return
        cloudformation.execute_change_set(ChangeSetName=changes)
        self._settle(stack, ("CREATE_COMPLETE", "UPDATE_COMPLETE"))

    def _source(self, template: str) -> dict[str, str]:
        """Return where CloudFormation finds *template*: a long one is in S3."""
        if len(template) <= _LONGEST:
            return {"TemplateBody": template}
        place = self.endpoint
        bucket = f"cdk-hnb659fds-assets-{place.account}-{place.region}"
        key = f"e2e-{uuid.uuid4().hex}.json"
        place.client("s3").put_object(Bucket=bucket, Key=key, Body=template.encode())
        url = f"https://s3.{place.region}.amazonaws.com/{bucket}/{key}"
        return {"TemplateURL": url}

    def _has_changes(self, change_set: str) -> bool:
        """
        Return whether there is anything in a change set, once that is known.

        Raises:
            DeploymentError: CloudFormation refuses it.
        """
        describe = self.endpoint.client("cloudformation").describe_change_set
        found = eventually(
            lambda: _settled(describe(ChangeSetName=change_set)), seconds=60
        )
        reason = found.get("StatusReason", "")
        if found["Status"] == "CREATE_COMPLETE":
            return True
        if "didn't contain changes" in reason or "No updates" in reason:
            return False
        raise DeploymentError(reason)

    def destroy(self, stack: str) -> None:
        """
        Delete a stack, termination protection or not.

        Raises:
            DeploymentError: Something of it could not be deleted.
        """
        cloudformation, name = self.endpoint.client("cloudformation"), self.names[stack]
        cloudformation.update_termination_protection(
            EnableTerminationProtection=False, StackName=name
        )
        cloudformation.delete_stack(StackName=name)
        self._settle(stack, ("DELETE_COMPLETE",))

    def _settle(self, stack: str, wanted: tuple[str, ...]) -> None:
        """Wait until nothing happens to a stack any more."""
        ends = ("_COMPLETE", "_FAILED")
        eventually(lambda: self.status(stack).endswith(ends), seconds=600)
        if (now := self.status(stack)) not in wanted:
            raise DeploymentError(
                f"{self.names[stack]}: {now}: {self._failures(stack)}"
            )

    def _failures(self, stack: str) -> list[str]:
        found = self.endpoint.client("cloudformation").describe_stack_events(
            StackName=self.names[stack]
        )["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason')}"
            for each in found
            if each["ResourceStatus"].endswith("_FAILED")
        ]


def _settled(change_set: dict[str, Any]) -> dict[str, Any]:
    """Return *change_set*, or nothing while it is still being made."""
    ends = ("_COMPLETE", "FAILED")
    return change_set if change_set["Status"].endswith(ends) else {}


def status(endpoint: Endpoint, name: str) -> str:
    """Return the status of the stack *name*, of one that is not there as deleted."""
    try:
        found = endpoint.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if "does not exist" in str(error):
            return "DELETE_COMPLETE"
        raise
    return str(found["Stacks"][0]["StackStatus"])
