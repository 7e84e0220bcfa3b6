"""The stack that the others of the example app use, by hand."""

from __future__ import annotations

import json

import aws_cdk as cdk

from aws_cdk import aws_iam as iam, aws_sns as sns
from constructs import Construct

from benchmarks.by_hand import event_schedule
from benchmarks.by_hand.event_bus import Bus, schema
from benchmarks.by_hand.key import key

_ID = {"type": "string", "pattern": "^[A-Za-z0-9-]{1,64}$"}
_ORDER_PLACED = {
    "type": "object",
    "required": ["order_id", "customer_id", "value_cents"],
    "additionalProperties": False,
    "properties": {
        "order_id": _ID,
        "customer_id": _ID,
        "value_cents": {"type": "integer", "minimum": 0},
    },
}


class Shared(cdk.Stack):
    """What the other stacks use."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, termination_protection=True)
        self.key = key(self, "Key")
        self.on_call = sns.Topic(self, "OnCall", enforce_ssl=True, master_key=self.key)
        self.on_call.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.on_call.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        self.events = Bus(self, "Events", self.on_call)
        schema(
            self.events,
            "shop.orders",
            "OrderPlaced",
            _content(),
            "The shop has taken an order. Comes again if it is not sure.",
        )
        event_schedule.says(
            self,
            self.events.inside,
            "DayClosed",
            self.events.bus,
            self.on_call,
            expression="cron(0 3 * * ? *)",
            time_zone="Europe/Berlin",
            source="shop.clock",
            detail_type="DayClosed",
        )


def _content() -> str:
    text = {"type": "string"}
    names = ("account", "id", "region", "time", "version")
    return json.dumps(
        {
            "$schema": "http://json-schema.org/draft-04/schema#",
            "title": "OrderPlaced",
            "type": "object",
            "required": ["source", "detail-type", "detail"],
            "properties": {
                "source": {"type": "string", "enum": ["shop.orders"]},
                "detail-type": {"type": "string", "enum": ["OrderPlaced"]},
                "detail": _ORDER_PLACED,
                **dict.fromkeys(names, text),
                "resources": {"type": "array", "items": text},
            },
        }
    )
