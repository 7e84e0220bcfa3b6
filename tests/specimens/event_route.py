"""EventRoute, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import (
    aws_events as events,
    aws_events_targets as targets,
    aws_lambda as lambda_,
    aws_sns as sns,
    aws_sqs as sqs,
    aws_stepfunctions as sfn,
)
from constructs import Construct

from secure_constructs import AppKey, EventRoute, Tier
from tests.specimens.specimen import Adoption, Specimen


def _arn(scope: Construct, service: str, rest: str) -> str:
    stack = cdk.Stack.of(scope)
    return f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{rest}"


def _topic(scope: Construct, name: str) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    arn = _arn(scope, "sns", "on-call")
    return sns.Topic.from_topic_arn(scope, f"{name}Topic", arn)


def _function(scope: Construct, name: str) -> lambda_.IFunction:
    arn = _arn(scope, "lambda", "function:orders")
    return lambda_.Function.from_function_arn(scope, f"{name}Fn", arn)


def _bus(scope: Construct, name: str) -> events.IEventBus:
    return events.EventBus.from_event_bus_name(scope, f"{name}Bus", "orders")


def _plain(scope: Construct, name: str) -> object:
    pattern = events.EventPattern(source=["aws.s3"])
    return events.Rule(scope, name, event_pattern=pattern)


def _defaults(scope: Construct, name: str) -> object:
    return EventRoute(
        scope,
        name,
        to=_function(scope, name),
        sources=["aws.s3"],
        alarm_topic=_topic(scope, name),
    )


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    arn = _arn(scope, "states", "stateMachine:orders")
    return EventRoute(
        scope,
        name,
        to=sfn.StateMachine.from_state_machine_arn(scope, f"{name}Machine", arn),
        event_bus=_bus(scope, name),
        sources=["shop.orders", {"prefix": "shop.invoices."}],
        detail_types=["OrderPaid"],
        detail={"total": [{"numeric": [">", 100]}]},
        resources=[{"suffix": "/paid"}],
        input=events.RuleTargetInput.from_event_path("$.detail"),
        description="Sends paid orders to the books",
        enabled=False,
        retry_attempts=10,
        max_event_age=cdk.Duration.hours(1),
        encryption_key=key,
        alarm_topic=_topic(scope, name),
        tier=Tier.PRODUCTION,
    )


def _code() -> lambda_.Code:
    return lambda_.Code.from_inline("def handler(event, context): pass")


def _real_function(scope: Construct) -> lambda_.IFunction:
    return lambda_.Function(
        scope,
        "Fn",
        code=_code(),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
    )


def _to_a_function(scope: Construct, name: str) -> object:
    return events.Rule(
        scope,
        name,
        event_pattern=events.EventPattern(source=["aws.s3"]),
        targets=[targets.LambdaFunction(_real_function(scope))],
    )


def _named_on_a_bus(scope: Construct, name: str) -> object:
    queue = sqs.Queue(scope, "Failed", removal_policy=cdk.RemovalPolicy.RETAIN)
    target = targets.LambdaFunction(_real_function(scope), dead_letter_queue=queue)
    return events.Rule(
        scope,
        name,
        rule_name="orders",
        event_bus=_bus(scope, name),
        event_pattern=events.EventPattern(source=["shop"]),
        targets=[target],
    )


def _still_named_on_a_bus(scope: Construct, name: str) -> object:
    queue = sqs.Queue(scope, "Failed", removal_policy=cdk.RemovalPolicy.RETAIN)
    return EventRoute(
        scope,
        name,
        to=_real_function(scope),
        rule_name="orders",
        event_bus=_bus(scope, name),
        sources=["shop"],
        dead_letter_queue=queue,
    )


SPECIMEN = Specimen(
    name="EventRoute",
    type="AWS::Events::Rule",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _defaults),
        "to a function": Adoption(
            _to_a_function,
            lambda scope, name: EventRoute(
                scope, name, to=_real_function(scope), sources=["aws.s3"]
            ),
        ),
        "named, on a bus, with dead letters": Adoption(
            _named_on_a_bus, _still_named_on_a_bus
        ),
    },
)
