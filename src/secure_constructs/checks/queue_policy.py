"""What the policies of a queue say, and what they refuse."""

from __future__ import annotations

from secure_constructs.checks.policy import (
    Policy,
    Statement,
    is_plain_http,
    read_policy,
)
from secure_constructs.checks.template import Resource, listed, text

_POLICY = "AWS::SQS::QueuePolicy"


def policy_at(queue: Resource) -> Policy:
    """
    Return all that the policies of the template say at *queue*, as one policy.

    It is whole if the deployment decides about none of it.
    """
    index = queue.template.index(_POLICY, _queues)
    names = (queue.ref, f"${{{queue.logical_id}.QueueUrl}}")
    attached = [each for name in names for each in index.get(name, ())]
    policies = [read_policy(each, "PolicyDocument") for each in attached]
    whole = None not in index and all(each.is_whole for each in policies)
    said = [each for policy in policies for each in policy.statements]
    return Policy([each for each in said if _is_for(each, queue)], whole)


def refuses_plain_http(queue: Resource) -> bool:
    """
    Whether a policy of the template refuses everybody plain http at *queue*.

    Where the deployment decides about what could refuse it, it may.
    """
    policy = policy_at(queue)
    refused = any(
        statement.may_refuse_everybody("sqs:*") and is_plain_http(statement)
        for statement in policy.statements
    )
    return refused or not policy.is_whole


def _queues(policy: Resource) -> list[str | None]:
    """Return the texts of the URLs of the queues that *policy* is attached to."""
    settled = policy.template.settled
    return [settled(each) for each in listed(policy.known("Queues"))]


def _is_for(statement: Statement, queue: Resource) -> bool:
    """Whether *statement* may be about *queue* itself."""
    name = text(queue.read("QueueName")) or "-"
    ends = (f":${{{queue.logical_id}.QueueName}}", f":{name}")
    settled = queue.template.settled
    found = any(
        each is None
        or each in ("*", queue.arn)
        or (each.startswith("arn:") and each.endswith(ends))
        for each in map(settled, statement.resources)
    )
    return statement.may("Resource", is_so=found)
