"""Hears what is said on a bus, or at a topic, by a queue of its own."""

from __future__ import annotations

import contextlib
import json
import uuid

from collections.abc import Callable, Iterator
from typing import Any

from tests.e2e.support.endpoint import Endpoint
from tests.e2e.support.waiting import eventually

Hear = Callable[..., Any]


@contextlib.contextmanager
def listening_to_bus(endpoint: Endpoint, bus: str, source: str) -> Iterator[Hear]:
    """Yield what returns the next event from *source* on *bus*, or None."""
    events, name = endpoint.client("events"), f"e2e{uuid.uuid4().hex[:8]}"
    pattern = json.dumps({"source": [source]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    with _queue(endpoint, name, "events.amazonaws.com", rule) as (arn, hear):
        target = {"Id": "e2e", "Arn": arn}
        events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
        yield hear
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["e2e"])
        events.delete_rule(Name=name, EventBusName=bus)


@contextlib.contextmanager
def listening_to_topic(endpoint: Endpoint, topic: str) -> Iterator[Hear]:
    """Yield what returns the next message of *topic*, or None."""
    sns, name = endpoint.client("sns"), f"e2e{uuid.uuid4().hex[:8]}"
    with _queue(endpoint, name, "sns.amazonaws.com", topic) as (arn, hear):
        made = sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
        )
        yield hear
        sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])


@contextlib.contextmanager
def _queue(
    endpoint: Endpoint, name: str, service: str, source: str
) -> Iterator[tuple[str, Hear]]:
    """Yield the ARN of a queue that *service* may write to, and what reads it."""
    sqs = endpoint.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{endpoint.region}:{endpoint.account}:{name}"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Principal": {"Service": service},
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": source}},
            }
        ],
    }
    attributes = {"Policy": json.dumps(policy)}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    def hear(seconds: float = 90) -> Any:
        found = eventually(
            lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get(
                "Messages"
            ),
            seconds=seconds,
        )
        return json.loads(found[0]["Body"]) if found else None

    try:
        yield arn, hear
    finally:
        sqs.delete_queue(QueueUrl=url)
