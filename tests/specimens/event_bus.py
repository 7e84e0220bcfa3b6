"""AppEventBus, for the contract."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_events as events, aws_kms as kms, aws_sns as sns, aws_sqs as sqs
from constructs import Construct

from secure_constructs import AppEventBus, AppKey, EventSchema, Tier, Waived
from tests.specimens.specimen import Adoption, Specimen

_KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_PLACED = EventSchema(
    source="shop.orders",
    detail_type="Order Placed",
    detail={
        "type": "object",
        "required": ["order"],
        "properties": {"order": {"type": "string"}},
    },
    description="A customer has ordered and paid",
)


def _topic(scope: Construct, name: str) -> sns.ITopic:
    """Return the topic of a team that is called at night."""
    stack = cdk.Stack.of(scope)
    arn = f"arn:{stack.partition}:sns:{stack.region}:{stack.account}:on-call"
    return sns.Topic.from_topic_arn(scope, f"{name}Topic", arn)


def _plain(scope: Construct, name: str) -> object:
    return events.EventBus(scope, name)


def _defaults(scope: Construct, name: str) -> AppEventBus:
    return AppEventBus(scope, name, alarm_topic=_topic(scope, name))


def _everything(scope: Construct, name: str, key: AppKey) -> object:
    return AppEventBus(
        scope,
        name,
        description="Events of the shop",
        archive_retention=cdk.Duration.days(90),
        schemas=[_PLACED],
        encryption_key=key,
        allowed_accounts=["444455556666"],
        allowed_organization_id="o-a1b2c3d4e5",
        log_level=events.Level.TRACE,
        alarm_topic=_topic(scope, name),
        tier=Tier.PRODUCTION,
    )


def _archived(scope: Construct, name: str) -> object:
    bus = events.EventBus(
        scope,
        name,
        event_bus_name="orders",
        dead_letter_queue=sqs.Queue(scope, "Failed"),
    )
    bus.archive(
        "Archive",
        event_pattern=events.EventPattern(account=["111122223333"]),
        retention=cdk.Duration.days(90),
    )
    return bus


def _still_archived(scope: Construct, name: str) -> object:
    sqs.Queue(scope, "Failed")
    return AppEventBus(
        scope,
        name,
        event_bus_name="orders",
        archive_retention=cdk.Duration.days(90),
    )


def _key(scope: Construct) -> kms.IKey:
    return kms.Key.from_key_arn(scope, "Key", _KEY_ARN)


def _with_rules(scope: Construct, name: str) -> object:
    bus = events.EventBus(scope, name)
    rule = events.Rule(
        scope,
        "Rule",
        event_bus=bus,
        event_pattern=events.EventPattern(source=["shop.orders"]),
    )
    return bus, rule


def _still_with_rules(scope: Construct, name: str) -> object:
    bus = AppEventBus(scope, name, archive_retention=Waived("replays are not possible"))
    rule = events.Rule(
        scope,
        "Rule",
        event_bus=bus.bus,
        event_pattern=events.EventPattern(source=["shop.orders"]),
    )
    return bus, rule


SPECIMEN = Specimen(
    name="AppEventBus",
    type="AWS::Events::EventBus",
    plain=_plain,
    defaults=_defaults,
    everything=_everything,
    adoptions={
        "bare": Adoption(_plain, _defaults),
        "archived, with a name and a queue": Adoption(_archived, _still_archived),
        "encrypted with a key": Adoption(
            lambda scope, name: events.EventBus(scope, name, kms_key=_key(scope)),
            lambda scope, name: AppEventBus(scope, name, encryption_key=_key(scope)),
        ),
        "with rules": Adoption(_with_rules, _still_with_rules),
        "temporary": Adoption(
            _plain,
            lambda scope, name: AppEventBus(scope, name, tier=Tier.DEVELOPMENT),
        ),
    },
)
