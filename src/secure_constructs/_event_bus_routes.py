"""What a bus delivers: routes, schedules and replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs import Construct

from secure_constructs._event_bus_archive import replay_command
from secure_constructs._routes import home_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import (
        Duration,
        TimeZone,
        aws_events as events,
        aws_kms as kms,
        aws_scheduler as scheduler,
        aws_sns as sns,
    )

    from secure_constructs._event_patterns import Values
    from secure_constructs._event_targets import Invocable
    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.event_route import EventRoute
    from secure_constructs.event_schedule import EventSchedule
    from secure_constructs.key import AppKey
    from secure_constructs.tier import Tier
    from secure_constructs.waiver import Waived


class Delivering(Construct):
    """The part of `AppEventBus` that says where its events go."""

    bus: events.EventBus
    event_bus_arn: str
    archive: events.Archive | None
    _inputs: Inputs
    _place: Place
    _tier: Tier
    _key: kms.IKey | AppKey | None
    _topic: sns.ITopic | None

    def route(
        self,
        construct_id: str,
        *,
        to: Invocable | events.IRuleTarget,
        sources: Values | None = None,
        detail_types: Values | None = None,
        detail: Mapping[str, Any] | None = None,
        resources: Values | None = None,
        pattern: Mapping[str, Any] | None = None,
        everything: Waived | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
    ) -> EventRoute:
        """
        Send events of this bus to a target: an `EventRoute` with what the bus has.

        It has the bus's key, alarm topic and tier, and stands in the stack of its
        target. Where that is another stack than the bus's, its id there is
        `<bus>Route<id>`.

        For anything else an `EventRoute` takes, write one: `event_bus=bus`.

        Args:
            construct_id: Part of its logical id, below that of the bus.
            to: What is invoked; see `EventRoute` for this and all others.
            sources: The sources to take.
            detail_types: The detail types to take.
            detail: What the detail must hold.
            resources: The ARNs of which the event must name one.
            pattern: The whole event pattern, instead of those.
            everything: Take every event, with `Waived`.
            retry_attempts: Further attempts, 0 to 185; defaults to 185.
            max_event_age: For how long they are made; defaults to 24 hours.
        """
        # The bus only needs it here; at the top, constructs would import each other.
        from secure_constructs.event_route import EventRoute  # noqa: PLC0415

        scope, name = home_of(self, self._place, "Route", construct_id, to)
        return EventRoute(
            scope,
            name,
            to=to,
            event_bus=self.bus,
            sources=sources,
            detail_types=detail_types,
            detail=detail,
            resources=resources,
            pattern=pattern,
            everything=everything,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            encryption_key=self._key,
            alarm_topic=self._topic,
            tier=self._tier,
        )

    def schedule(
        self,
        construct_id: str,
        *,
        expression: str,
        to: Invocable | scheduler.IScheduleTarget | None = None,
        time_zone: str | TimeZone | None = None,
        input: scheduler.ScheduleTargetInput | None = None,  # noqa: A002 - CDK's name
        source: str | None = None,
        detail_type: str | None = None,
        flexible_window: Duration | None = None,
        retry_attempts: int | None = None,
        max_event_age: Duration | None = None,
    ) -> EventSchedule:
        """
        Put an event on this bus, or call a target, at certain times (EVB-10).

        It is an `EventSchedule` with the bus's key, alarm topic and tier, in the
        stack of its target. Where that is another stack than the bus's, its id there
        is `<bus>Schedule<id>`.

        Args:
            construct_id: Part of its logical id, below that of the bus.
            expression: When: `cron(0 3 * * ? *)`, `rate(5 minutes)` or
                `at(2030-01-31T03:00:00)`.
            to: What is called; defaults to this bus, which gets an event.
            time_zone: The time zone of the expression; defaults to UTC.
            input: What the target gets; for the bus, the detail of the event.
            source: The source of the event.
            detail_type: Its detail type.
            flexible_window: How late the call may be; defaults to not at all.
            retry_attempts: Further attempts, 0 to 185; defaults to 185.
            max_event_age: For how long they are made; defaults to 24 hours.
        """
        from secure_constructs.event_schedule import EventSchedule  # noqa: PLC0415

        to = self.bus if to is None else to
        scope, name = home_of(self, self._place, "Schedule", construct_id, to)
        return EventSchedule(
            scope,
            name,
            expression=expression,
            to=to,
            time_zone=time_zone,
            input=input,
            source=source,
            detail_type=detail_type,
            flexible_window=flexible_window,
            retry_attempts=retry_attempts,
            max_event_age=max_event_age,
            encryption_key=self._key,
            alarm_topic=self._topic,
            tier=self._tier,
        )

    def replay_command(self, *, rules: Sequence[events.IRule] = ()) -> str:
        """
        Return the shell command that replays the archive, for a `CfnOutput`.

        The shell fills in a window of time from `$START` and `$END`, such as
        `2026-11-21T08:00:00Z`.

        Args:
            rules: The rules of this bus that are to get the events again; without
                any, all do, and with them all of their targets.

        Raises:
            ValueError: There is no archive.

        Example:
            >>> CfnOutput(stack, "Replay", value=bus.replay_command())
        """
        if self.archive is None:
            problem = "is waived, so there is nothing to replay; leave it out"
            raise self._inputs.wrong("archive_retention", "Waived", problem)
        return replay_command(self.archive, self.event_bus_arn, rules)
