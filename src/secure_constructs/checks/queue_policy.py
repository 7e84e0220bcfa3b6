"""What the policies of a queue refuse."""

from __future__ import annotations

from secure_constructs.checks.policy import Statement, is_plain_http, read_policy
from secure_constructs.checks.template import Resource, listed, text

_POLICY = "AWS::SQS::QueuePolicy"


def refuses_plain_http(queue: Resource) -> bool:
    """
    Whether a policy of the template refuses everybody plain http at *queue*.

    Where the deployment decides about what could refuse it, it may.
    """
    index = queue.template.index(_POLICY, _queues)
    names = (queue.ref, f"${{{queue.logical_id}.QueueUrl}}")
    attached = [each for name in names for each in index.get(name, ())]
    policies = [read_policy(each, "PolicyDocument") for each in attached]
    refused = any(
        statement.may_refuse_everybody("sqs:*")
        and is_plain_http(statement)
        and _is_for(statement, queue)
        for policy in policies
        for statement in policy.statements
    )
    return refused or None in index or not all(each.is_whole for each in policies)


def _queues(policy: Resource) -> list[str | None]:
    """Return the texts of the URLs of the queues that *policy* is attached to."""
    settled = policy.template.settled
    return [settled(each) for each in listed(policy.known("Queues"))]


def _is_for(statement: Statement, queue: Resource) -> bool:
    """Whether *statement* may be about *queue* itself."""
    name = text(queue.read("QueueName")) or "-"
    ends = (f":${{{queue.logical_id}.QueueName}}", f":{name}")
    found = any(
        each in ("*", queue.arn) or (each.startswith("arn:") and each.endswith(ends))
        for each in filter(None, statement.resources)
    )
    return statement.may("Resource", is_so=found)
