"""EventSchedule: at a time, or again and again, without losing a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import aws_iam as iam, aws_scheduler as scheduler
from constructs import Construct

from secure_constructs import (
    _schedule_delivery as delivery,
    _schedule_inputs as checks,
    _schedule_parts as parts,
)
from secure_constructs._alarms import check_topic
from secure_constructs._event_delivery import check_delivery, dead_letters_of
from secure_constructs._event_targets import (
    TAKEN,
    check_environment,
    check_group,
    target_of,
)
from secure_constructs._inputs import Inputs
from secure_constructs._place import place_of
from secure_constructs._promises import given_up, keep_promises, not_given
from secure_constructs._schedule_expressions import check_expression, time_zone_of
from secure_constructs.key import check_key, key_in
from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from aws_cdk import (
        Duration,
        TimeZone,
        aws_cloudwatch as cloudwatch,
        aws_kms as kms,
        aws_sns as sns,
        aws_sqs as sqs,
    )

    from secure_constructs._event_targets import Invocable
    from secure_constructs.key import AppKey
    from secure_constructs.waiver import Waived


class EventSchedule(Construct):
    """
    Define a schedule of EventBridge Scheduler that keeps what it could not do.

    - A call that fails goes to an encrypted queue for 14 days, after 185 more
      attempts within 24 hours (EVB-10).
    - It acts by a role of its own, which can make this call, fill that queue, and
      nothing else. Only schedules of its group in this account may use it.
    - Expression, time zone and window are checked.
    - In production an alarm goes off on the first call in that queue (EVB-08).

    Resources: schedule, role and its policy, dead-letter queue and its policy; in
    production one alarm, two with a `schedule_group`. Cost: $0.10 a month for each
    alarm, with a key nothing more but its requests.

    Args:
        scope: The stack or construct this schedule belongs to.
        construct_id: Part of the logical ID, which equals that of a plain
            `scheduler.Schedule` of the same id.
        expression: When: `cron(0 3 * * ? *)`, `rate(5 minutes)` or
            `at(2030-01-31T03:00:00)`.
        to: What is called: a function or an `ObservedFunction`, a queue, a state
            machine, a bus or an `AppEventBus`, or any target class of CDK.
        time_zone: The time zone of the expression, such as `Europe/Berlin`, with
            its summer time; defaults to UTC.
        input: What the target gets; for a bus the detail, by default an empty one,
            else by default what the service says of the call.
        source: The source of the event, for a bus.
        detail_type: The detail type of the event, for a bus.
        message_group_id: The message group for a FIFO queue, which needs one.
        flexible_window: How late the call may be, 1 to 1,440 minutes, so that not
            all schedules run in one second; defaults to not at all.
        schedule_name: The name, up to 64 characters; made by CloudFormation.
        schedule_group: The group it is in, by which the service counts; defaults
            to `default`, which all schedules of the account share.
        description: What it is for, up to 512 characters; none.
        enabled: Whether it runs; defaults to yes.
        dead_letter_queue: A queue of yours, which schedules may share, or `Waived`.
        retry_attempts: Further attempts, 0 to 185; defaults to 185.
        max_event_age: For how long they are made, 60 seconds to 24 hours; 24 hours.
        encryption_key: The key for the input and the dead-letter queue; defaults to
            the nearest baseline's, else AWS's own.
        alarms: Do without alarms, with `Waived`.
        alarm_topic: Whom they tell; defaults to the nearest baseline's topic.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: An argument has a value it must not have, or two contradict
            each other. Nothing was created then.
        TypeError: An argument is of the wrong kind.

    Attributes:
        schedule: The schedule itself, for what this class does not cover.
        role: Its role; that of CDK's target class, if such a one is given.
        dead_letter_queue: Where failed calls go; none if that was waived.
        alarms: The alarms; none in development.

    Example:
        >>> EventSchedule(
        ...     stack,
        ...     "Nightly",
        ...     expression="cron(0 3 * * ? *)",
        ...     time_zone="Europe/Berlin",
        ...     to=invoices,
        ... )
    """

    def __init__(  # noqa: PLR0915 - all options are checked here, then used
        self,
        scope: Construct,
        construct_id: str,
        *,
        expression: str,
        to: Invocable | scheduler.IScheduleTarget,
        time_zone: str | TimeZone | None = None,
        input: scheduler.ScheduleTargetInput | None = None,  # noqa: A002 - CDK's name
        source: str | None = None,
        detail_type: str | None = None,
        message_group_id: str | None = None,
        flexible_window: Duration | None = None,
        schedule_name: str | None = None,
        schedule_group: scheduler.IScheduleGroup | None = None,
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
        inputs = Inputs("EventSchedule", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(
            tier=tier, encryption_key=encryption_key, alarm_topic=alarm_topic
        )
        tier = place.tier_for(inputs, tier)
        encryption_key = encryption_key or place.encryption_key
        check_key(inputs, place, encryption_key)
        check_expression(inputs, expression)
        zone = time_zone_of(inputs, time_zone)
        target = target_of(inputs, to)
        if target is not None:
            check_environment(inputs, place, "to", target.resource)
        check_group(inputs, target, message_group_id)
        checks.check_event(inputs, target, source, detail_type)
        checks.check_input(inputs, target, input)
        checks.check_window(inputs, flexible_window)
        checks.check_identity(inputs, schedule_name, description)
        checks.check_schedule_group(inputs, schedule_group)
        inputs.flag("enabled", enabled)
        check_delivery(
            inputs,
            place,
            dead_letter_queue,
            retry_attempts,
            max_event_age,
            promise="EVB-10",
        )
        inputs.waived("alarms", alarms, "alarms (EVB-08)")
        alarm_topic = alarm_topic or place.alarm_topic
        check_topic(inputs, alarm_topic)
        try:
            super().__init__(scope, construct_id)
        except RuntimeError as error:
            raise inputs.wrong("construct_id", construct_id, TAKEN) from error

        key = key_in(place, encryption_key)
        queue = dead_letters_of(self, dead_letter_queue, tier=tier, key=key)
        self.dead_letter_queue = queue
        is_own = queue is None or dead_letter_queue is None
        queue_key = key if is_own else cast("sqs.IQueue", queue).encryption_master_key
        keeping = parts.keeping(queue, queue_key, key)
        described = (
            cast("scheduler.IScheduleTarget", to)
            if target is None
            else parts.described(
                target,
                role=parts.role_of(
                    self,
                    [*parts.doing(target, source, detail_type), *keeping],
                    place=place,
                    group=schedule_group,
                ),
                input_=input,
                source=source,
                detail_type=detail_type,
                group=message_group_id,
            )
        )
        aim = delivery.Aim(
            described, queue=queue, attempts=retry_attempts, age=max_event_age
        )
        window = None
        if flexible_window is not None:
            window = scheduler.TimeWindow.flexible(flexible_window)
        try:
            self.schedule = scheduler.Schedule(
                self,
                "Default",
                schedule=scheduler.ScheduleExpression.expression(expression, zone),
                target=aim,
                time_window=window,
                schedule_name=schedule_name,
                schedule_group=schedule_group,
                description=description,
                enabled=enabled,
            )
            aim.check(inputs, dead_letter_queue)
        except (RuntimeError, ValueError):
            # Only CDK's own target knows what it is; leave no half of a schedule.
            scope.node.try_remove_child(construct_id)
            raise
        self.role = aim.role
        if target is None:
            for statement in keeping:
                self.role.add_to_principal_policy(
                    iam.PolicyStatement.from_json(statement)
                )
        l1 = keep_promises(
            self.schedule,
            kind="EventSchedule",
            place=place,
            tier=tier,
            by_default=by_default,
            waivers={
                "EVB-10": given_up(dead_letter_queue),
                "EVB-08": alarms if tier is Tier.PRODUCTION else None,
            },
        )
        if key is not None:
            # CDK's own option grants the role what it has already, and elsewhere.
            cast("scheduler.CfnSchedule", l1).kms_key_arn = key.key_arn
        is_watched = tier is Tier.PRODUCTION and not alarms
        self.alarms: list[cloudwatch.Alarm] = (
            delivery.watch(
                self,
                construct_id,
                queue=queue,
                group=schedule_group,
                topic=alarm_topic,
            )
            if is_watched
            else []
        )
