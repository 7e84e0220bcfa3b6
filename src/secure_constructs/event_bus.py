"""AppEventBus: the event bus of an app, which loses no event silently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from aws_cdk import aws_events as events

from secure_constructs import (
    _event_bus_archive as archives,
    _event_bus_discovery as discovery,
    _event_bus_inputs as checks,
    _event_bus_logs as bus_logs,
)
from secure_constructs._alarms import check_topic
from secure_constructs._event_bus_policy import close_to_foreigners, let_bus_send
from secure_constructs._event_bus_routes import Delivering
from secure_constructs._event_bus_watch import watch
from secure_constructs._event_delivery import let_events_use
from secure_constructs._event_grants import EventGrants
from secure_constructs._event_key import let_buses_use
from secure_constructs._failure_queue import failure_queue
from secure_constructs._inputs import Inputs
from secure_constructs._log_group import let_logs_use, log_group
from secure_constructs._place import place_of
from secure_constructs._promises import given_up, keep_promises, not_given
from secure_constructs.checks import events as rules
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_kms as kms,
        aws_logs as logs,
        aws_sns as sns,
    )
    from constructs import Construct

    from secure_constructs.event_schema import EventSchema
    from secure_constructs.key import AppKey

_NO_DISCOVERY = Waived(
    "EventBridge discovers no schemas on a bus with a customer-managed key"
)


class AppEventBus(Delivering):
    """
    Define an event bus that keeps the EventBridge checklist.

    - It is a bus of its own, not the account's default bus (EVB-01).
    - Every event is archived, for replays, for 30 days, 7 in development (EVB-02).
    - Events that the bus cannot handle go to a dead-letter queue for 14 days. Its
      policy lets this bus and its rules send, and nobody else (EVB-03).
    - The schemas of its events are discovered. AWS does that on no bus with a
      customer-managed key; there it is left out, and acknowledged (EVB-04).
    - `grants.publish()` names the sources of a producer (EVB-05). Other accounts
      can put nothing, unless they are named, or are of a named organization (EVB-06).
    - A key of yours encrypts bus, archive, queue and logs (EVB-07).
    - In production alarms go off when targets fail for good, rules are held back,
      events are lost, or some wait in the dead-letter queue (EVB-08).

    The rules are checked again in the finished template.

    Resources: bus, one statement of its policy, archive, discoverer, dead-letter
    queue and its policy; in production four alarms. Logs add a log group and its
    policy, a destination, and for each level a source and a delivery; accounts and
    organization one statement each; schemas a registry and themselves. Cost: $0.40
    a month for the alarms in production, and as much again for each rule that fails;
    archiving and discovery are paid by what is put.

    Args:
        scope: The stack or construct this bus belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `events.EventBus` of the same id; changing it makes a new bus.
        event_bus_name: The name, up to 256 letters, digits, `.`, `-` and `_`;
            defaults to one that CDK makes of the path.
        description: What it is for, up to 512 characters; none.
        archive_retention: How long an event can be replayed, 1 to 36,500 whole
            days, or `Waived` for no archive; defaults to 30 days, 7 in development.
        schema_discovery: `Waived` for no discovery of schemas, `True` to insist on
            it; by default there is one unless there is a key.
        schemas: Schemas for a registry of its own; none, and then no registry.
        encryption_key: The key for bus, archive, queue and logs; defaults to the
            nearest baseline's, else AWS's own.
        allowed_accounts: Other accounts that may put events here; none.
        allowed_organization_id: The organization whose accounts may; none.
        log_level: From which level on the bus logs to a log group, never what is in
            the events; defaults to no logs.
        alarms: Do without alarms, with `Waived`.
        alarm_topic: Whom they tell; defaults to the nearest baseline's topic.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, or two contradict
            each other. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        bus: The bus itself, for what this class does not cover.
        event_bus_arn: Its ARN.
        event_bus_name: Its name.
        archive: Its archive; none if that was waived.
        dead_letter_queue: Where events go that it cannot handle.
        registry: The registry of its schemas, if it has any.
        log_group: Its log group, if it logs.
        alarms: The alarms; none in development.
        grants: Grants of named events; see `EventGrants`.

    Example:
        >>> bus = AppEventBus(stack, "Orders")
        >>> bus.grants.publish(handler, sources=["shop.orders"])
    """

    def __init__(  # noqa: PLR0915 - all options are checked here, then used
        self,
        scope: Construct,
        construct_id: str,
        *,
        event_bus_name: str | None = None,
        description: str | None = None,
        archive_retention: Duration | Waived | None = None,
        schema_discovery: Literal[True] | Waived | None = None,
        schemas: Sequence[EventSchema] = (),
        encryption_key: kms.IKey | AppKey | None = None,
        allowed_accounts: Sequence[str] = (),
        allowed_organization_id: str | None = None,
        log_level: events.Level | None = None,
        alarms: Waived | None = None,
        alarm_topic: sns.ITopic | None = None,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("AppEventBus", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(
            tier=tier, encryption_key=encryption_key, alarm_topic=alarm_topic
        )
        tier = place.tier_for(inputs, tier)
        encryption_key = encryption_key or place.encryption_key
        check_key(inputs, place, encryption_key)
        checks.check_identity(inputs, event_bus_name, description)
        checks.check_archive(inputs, archive_retention)
        has_key = encryption_key is not None
        checks.check_discovery(inputs, schema_discovery, has_key=has_key)
        checks.check_schemas(inputs, schemas)
        own = place.stack.account
        checks.check_foreigners(inputs, allowed_accounts, allowed_organization_id, own)
        checks.check_logs(inputs, log_level)
        inputs.waived("alarms", alarms, "alarms (EVB-08)")
        alarm_topic = alarm_topic or place.alarm_topic
        check_topic(inputs, alarm_topic)
        super().__init__(scope, construct_id)

        self._inputs, self._place, self._tier = inputs, place, tier
        self._key, self._topic = encryption_key, alarm_topic
        key = key_in(place, encryption_key)
        key_arn = None if key is None else key.key_arn
        self.dead_letter_queue = failure_queue(
            self, "DeadLetterQueue", tier=tier, key=key
        )
        self.bus = events.EventBus(
            self,
            "Default",
            event_bus_name=event_bus_name,
            description=description,
            dead_letter_queue=self.dead_letter_queue,
            log_config=bus_logs.log_config(log_level),
        )
        self.event_bus_arn = self.bus.event_bus_arn
        self.event_bus_name = self.bus.event_bus_name
        self.grants = EventGrants(
            self.event_bus_arn,
            inputs,
            account=own,
            let_in=["*"] if allowed_organization_id else allowed_accounts,
        )
        waived = given_up(archive_retention)
        undiscovered = given_up(schema_discovery) or (
            _NO_DISCOVERY if has_key else None
        )
        l1 = keep_promises(
            self.bus,
            kind="AppEventBus",
            place=place,
            tier=tier,
            by_default=by_default,
            waivers={
                rules.archived: waived,
                # Not for the rule, which knows that it is impossible with a key.
                "EVB-04" if has_key else rules.discovered: undiscovered,
                rules.alarmed: alarms if tier is Tier.PRODUCTION else None,
            },
            asked={
                "AllowedAccounts": list(allowed_accounts),
                "AllowedOrganization": allowed_organization_id,
            },
        )
        # What is archived can be replayed on this bus only.
        l1.apply_removal_policy(tier.removal_policy)
        if key_arn is not None:
            cast("events.CfnEventBus", l1).kms_key_identifier = key_arn
            let_events_use(encryption_key, self)
            let_buses_use(encryption_key, place, self)
        let_bus_send(
            self.dead_letter_queue,
            arn=self.event_bus_arn,
            name=self.event_bus_name,
            account=own,
            stack=place.stack,
        )
        close_to_foreigners(
            self,
            arn=self.event_bus_arn,
            name=self.event_bus_name,
            account=own,
            accounts=allowed_accounts,
            organization=allowed_organization_id,
        )
        self.archive: events.Archive | None = None
        if not waived:
            self.archive = archives.archive_of(
                self,
                self.bus,
                retention=cast("Duration | None", archive_retention),
                tier=tier,
                key_arn=key_arn,
            )
        if not undiscovered:
            discovery.discover(self, self.event_bus_arn)
        self.registry = discovery.register(self, schemas)
        self.log_group: logs.LogGroup | None = None
        if log_level is not None:
            let_logs_use(encryption_key, place.stack, self)
            self.log_group = log_group(
                self,
                "Logs",
                kind="BusLogs",
                place=place,
                tier=tier,
                key=key,
                retention=None,
            )
            bus_logs.deliver(
                self.log_group,
                bus_arn=self.event_bus_arn,
                level=log_level,
                account=own,
                stack=place.stack,
            )
        self.alarms: list[cloudwatch.Alarm] = []
        if tier is Tier.PRODUCTION and not alarms:
            self.alarms = watch(
                self,
                called=construct_id,
                name=self.event_bus_name,
                queue=self.dead_letter_queue,
                topic=alarm_topic,
            )
