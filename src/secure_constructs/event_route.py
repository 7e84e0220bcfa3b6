"""EventRoute: from an event bus to one target, without losing an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from constructs import Construct

from secure_constructs import (
    _route_delivery as delivery,
    _route_inputs as checks,
    _route_parts as parts,
)
from secure_constructs._alarms import check_topic
from secure_constructs._event_delivery import (
    check_delivery,
    check_sender,
    dead_letters_of,
    let_events_use,
    let_rule_send,
)
from secure_constructs._event_patterns import pattern_of
from secure_constructs._event_targets import TAKEN, check_group, target_of
from secure_constructs._inputs import Inputs
from secure_constructs._place import place_of
from secure_constructs._promises import given_up, keep_promises, not_given
from secure_constructs.checks import events as rules
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_events as events,
        aws_kms as kms,
        aws_sns as sns,
        aws_sqs as sqs,
    )

    from secure_constructs._event_patterns import Values
    from secure_constructs._event_targets import HasBus, Invocable
    from secure_constructs.key import AppKey
    from secure_constructs.waiver import Waived


class EventRoute(Construct):
    """
    Define a rule that sends events to one target and keeps what it cannot deliver.

    - What cannot be delivered goes to an encrypted queue for 14 days, after 185 more
      attempts within 24 hours. Exactly this rule may send there (EVB-03).
    - In production an alarm goes off on the first event in that queue, and another
      when the target fails for good (EVB-08).
    - The pattern is checked: one that matches nothing, everything, or what never
      gets to the bus is refused (EVB-09).
    - Only this rule, in this account, may invoke the function or fill the queue; a
      state machine or bus is reached by a role that can do nothing else.

    Create it in the stack of its target: a function can then publish to a bus of
    another stack and be invoked by it as well.

    Resources: rule, dead-letter queue and its policy; for a function a permission,
    for a state machine or a bus a role and its policy; in production two alarms.
    Cost: $0.20 a month for the alarms in production.

    Args:
        scope: The stack or construct this route belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `events.Rule` of the same id.
        to: What is invoked: a function or an `ObservedFunction`, a queue, a state
            machine, a bus or an `AppEventBus`, or any target class of CDK.
        event_bus: Where the events come from; defaults to the default bus of the
            account, on which AWS's own services put theirs.
        sources: The sources to take, as text or matchers.
        detail_types: The detail types to take.
        detail: What the detail must hold, as EventBridge's JSON.
        resources: The ARNs of which the event must name one.
        pattern: The whole event pattern as EventBridge's JSON, instead of those.
        everything: Take every event, with `Waived`.
        default_bus: Take events of your own from the default bus, with `Waived`;
            they belong on a bus of their own (EVB-01).
        input: What the target gets; defaults to the event.
        message_group_id: The message group for a FIFO queue, which needs one.
        rule_name: The name, up to 64 characters; made by CloudFormation.
        description: What it is for, up to 512 characters; none.
        enabled: Whether it takes events; defaults to yes.
        dead_letter_queue: A queue of yours, which routes may share, or `Waived`.
        retry_attempts: Further attempts, 0 to 185; defaults to 185.
        max_event_age: For how long they are made, 60 seconds to 24 hours; 24 hours.
        encryption_key: The key for the dead-letter queue; defaults to the nearest
            baseline's, else SQS's own.
        alarms: Do without alarms, with `Waived`.
        alarm_topic: Whom they tell; defaults to the nearest baseline's topic.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, or two contradict
            each other. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        rule: The rule itself, for what this class does not cover.
        rule_name: Its name.
        rule_arn: Its ARN.
        dead_letter_queue: Where undelivered events go; none if that was waived.
        alarms: The alarms; none in development.

    Example:
        >>> EventRoute(
        ...     stack,
        ...     "Paid",
        ...     to=invoices,
        ...     event_bus=bus,
        ...     sources=["shop.orders"],
        ...     detail_types=["OrderPaid"],
        ... )
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        to: Invocable | events.IRuleTarget,
        event_bus: events.IEventBus | HasBus | None = None,
        sources: Values | None = None,
        detail_types: Values | None = None,
        detail: Mapping[str, Any] | None = None,
        resources: Values | None = None,
        pattern: Mapping[str, Any] | None = None,
        everything: Waived | None = None,
        default_bus: Waived | None = None,
        input: events.RuleTargetInput | None = None,  # noqa: A002 - CDK's name
        message_group_id: str | None = None,
        rule_name: str | None = None,
        description: str | None = None,
        enabled: bool = True,
        dead_letter_queue: sqs.IQueue | Waived | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
        encryption_key: kms.IKey | AppKey | None = None,
        alarms: Waived | None = None,
        alarm_topic: sns.ITopic | None = None,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("EventRoute", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(
            tier=tier, encryption_key=encryption_key, alarm_topic=alarm_topic
        )
        tier = place.tier_for(inputs, tier)
        encryption_key = encryption_key or place.encryption_key
        check_key(inputs, place, encryption_key)
        bus = checks.bus_of(inputs, place, event_bus)
        target = target_of(inputs, to)
        checks.check_target(inputs, place, target, bus)
        check_group(inputs, target, message_group_id)
        checks.check_input(inputs, target, input)
        found = pattern_of(
            inputs,
            sources=sources,
            detail_types=detail_types,
            detail=detail,
            resources=resources,
            pattern=pattern,
            everything=everything,
            on_default_bus=bus is None,
        )
        option = "pattern" if pattern else "sources"
        checks.check_own_bus(inputs, bus, found, default_bus, option)
        checks.check_identity(inputs, rule_name, description)
        inputs.flag("enabled", enabled)
        check_delivery(
            inputs,
            place,
            dead_letter_queue,
            retry_attempts,
            max_event_age,
            promise="EVB-03",
        )
        check_sender(inputs, place, dead_letter_queue)
        inputs.waived("alarms", alarms, "alarms (EVB-08)")
        alarm_topic = alarm_topic or place.alarm_topic
        check_topic(inputs, alarm_topic)
        try:
            super().__init__(scope, construct_id)
        except RuntimeError as error:
            raise inputs.wrong("construct_id", construct_id, TAKEN) from error

        key = key_in(place, encryption_key)
        self.dead_letter_queue = dead_letters_of(
            self, dead_letter_queue, tier=tier, key=key
        )
        self.rule = parts.rule_of(
            self,
            bus,
            found,
            rule_name=rule_name,
            description=description,
            enabled=enabled,
        )
        l1 = keep_promises(
            self.rule,
            kind="EventRoute",
            place=place,
            tier=tier,
            by_default=by_default,
            waivers={
                rules.own_bus: default_bus,
                rules.dead_letters_received: given_up(dead_letter_queue),
                rules.alarmed: alarms if tier is Tier.PRODUCTION else None,
                "EVB-09": everything,
            },
        )
        self.rule_arn = self.rule.rule_arn
        # What `Ref` gives, and thus CDK's `rule_name`, has the bus in front of it.
        self.rule_name: str = cast("events.CfnRule", l1).attr_rule_name
        if self.dead_letter_queue is not None:
            let_rule_send(self, self.dead_letter_queue, self.rule_arn)
            if not hasattr(dead_letter_queue, "queue_arn"):
                let_events_use(encryption_key, self)
            else:
                let_events_use(self.dead_letter_queue.encryption_master_key, self)
        try:
            config = (
                delivery.bound(
                    inputs,
                    place,
                    self.rule,
                    cast("events.IRuleTarget", to),
                    dead_letter_queue,
                )
                if target is None
                else parts.described(
                    self,
                    target,
                    rule_arn=self.rule_arn,
                    bus=bus,
                    place=place,
                    input_=input,
                    group=message_group_id,
                )
            )
        except (RuntimeError, ValueError):
            # Only CDK's own target knows what it is; leave no half of a route.
            scope.node.try_remove_child(construct_id)
            raise
        delivery.aim(
            self.rule,
            config,
            queue=self.dead_letter_queue,
            attempts=retry_attempts,
            age=max_event_age,
        )
        is_watched = tier is Tier.PRODUCTION and not alarms
        self.alarms: list[cloudwatch.Alarm] = (
            delivery.watch(
                self,
                construct_id,
                name=self.rule_name,
                bus=bus,
                queue=self.dead_letter_queue,
                topic=alarm_topic,
            )
            if is_watched
            else []
        )
