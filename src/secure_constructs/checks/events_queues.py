"""Whether the queues for undelivered events can receive them, and from whom."""

from __future__ import annotations

import re

from collections.abc import Iterator

from secure_constructs.checks.policy import Policy, Statement, read_policy
from secure_constructs.checks.queue_policy import policy_at, refuses_plain_http
from secure_constructs.checks.template import Resource

_EVENTS = "events.amazonaws.com"
_SEND = "sqs:SendMessage"
_USE = ("kms:Decrypt", "kms:GenerateDataKey")
_CONTEXT = "kms:encryptioncontext:"
# What requests of a service do not have.
_OF_PEOPLE = ("aws:principal", "aws:sourcevp")
_ARN = re.compile(r"(\$\{[^.}]+)\.Arn\}")
_KIND = re.compile(r":(rule|event-bus)/")
# What may come: the last parts of ARNs, or references; None for anything.
_Sources = frozenset[str | None]


def problems_of(queue: Resource, source: Resource) -> Iterator[str]:
    """Yield why *queue* does not receive from *source*, and what else is wrong."""
    once = queue.template.once
    if not _is_among(source, once(_senders, queue)):
        yield "does not let EventBridge send for it"
    yield from once(_flaws, queue)
    key = queue.template.referred(queue.read("KmsMasterKeyId"))
    users = once(_users, key) if key and key.type == "AWS::KMS::Key" else []
    if not all(_is_among(source, each) for each in users):
        yield "has a key that EventBridge may not use for it"


def queue_at(resource: Resource, *path: str | int) -> Resource | None:
    """Return the queue of the template that *path* of *resource* names."""
    found = resource.template.referred(resource.read(*path))
    return found if found and found.type == "AWS::SQS::Queue" else None


def _flaws(queue: Resource) -> list[str]:
    """Return what is wrong with *queue*, whoever sends to it."""
    statements = policy_at(queue).statements
    found = [opening for each in statements for opening in each.openings(None)]
    if not refuses_plain_http(queue):
        found.append("does not refuse plain http")
    if queue.known("FifoQueue") in (True, "true"):
        found.append("is a FIFO queue, to which EventBridge does not send")
    if queue.known("KmsMasterKeyId") == "alias/aws/sqs":
        found.append("has a key of AWS that EventBridge may not use")
    return list(dict.fromkeys(found))


def _senders(queue: Resource) -> _Sources:
    """Return for what EventBridge may send to *queue*."""
    return _let(policy_at(queue), queue, _SEND)


def _users(key: Resource) -> list[_Sources]:
    """Return for what EventBridge may use *key* in each way that a queue needs."""
    policy = read_policy(key, "KeyPolicy")
    said = [each for each in policy.statements if _is_for_queues(each)]
    known = Policy(said, policy.is_whole)
    return [_let(known, key, action) for action in _USE]


def _let(policy: Policy, resource: Resource, action: str) -> _Sources:
    """Return for what the *policy* of *resource* lets EventBridge do *action*."""
    found = {
        source
        for each in policy.statements
        if _lets_events(each, action)
        for source in _sources(each, resource)
    }
    return frozenset(found if policy.is_whole else {*found, None})


def _lets_events(statement: Statement, action: str) -> bool:
    """Whether *statement* lets, or may let, EventBridge do *action*."""
    services = statement.principals.get("Service", [])
    named = _EVENTS in services or statement.is_for_everybody
    return (
        statement.may("Effect", is_so=statement.allows)
        and statement.may("Principal", is_so=named)
        and statement.may("Action", is_so=statement.is_about(action))
        and not any(key.startswith(_OF_PEOPLE) for key, _ in statement.required())
    )


def _is_for_queues(statement: Statement) -> bool:
    """Whether *statement* is not about what is encrypted for something else."""
    keys = [key for key, _ in statement.required() if key.startswith(_CONTEXT)]
    return all(key == f"{_CONTEXT}aws:sqs:arn" for key in keys)


def _sources(statement: Statement, resource: Resource) -> list[str | None]:
    """Return what *statement* of *resource* is for."""
    settled = resource.template.settled
    for key, texts in statement.required():
        if key == "aws:sourcearn":
            return [_named(settled(each)) for each in texts]
    return [None]


def _named(arn: str | None) -> str | None:
    """
    Return the last part of *arn*, or a plain reference to what it is of.

    Of one that is for many, that is what they are, such as `rule/*`.
    """
    last = _ARN.sub(r"\1}", arn or "*").rpartition("/")[2]
    if not {"*", "?"} & set(last):
        return last
    kind = _KIND.search(arn or "")
    return f"{kind[1]}/*" if kind else None


def _is_among(source: Resource, sources: _Sources) -> bool:
    """Whether *source* is one of *sources*, or may be."""
    given = source.read("Name")
    name = source.template.settled(given)
    if given is not None and name is None:
        return bool(sources)
    kind = "rule" if source.type == "AWS::Events::Rule" else "event-bus"
    return bool({None, source.ref, f"{kind}/*", _named(name)} & sources)
