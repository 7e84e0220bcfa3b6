"""The nightly event: what is there, and what happens when its hour comes."""

from __future__ import annotations

import copy
import datetime as dt
import uuid

from typing import Any

import pytest

from tests.e2e.support.listening import listening_to_bus


@pytest.fixture(scope="module")
def schedule(production) -> dict[str, Any]:
    """The schedule, as AWS knows it."""
    name = production.id("OrdersShared", "EventsDayClosed")
    return dict(production.endpoint.client("scheduler").get_schedule(Name=name))


def _run_once(production: Any, target: dict[str, Any]) -> None:
    """Have *target* called in a moment, by a schedule that goes after that."""
    at = dt.datetime.now(tz=dt.timezone.utc) + dt.timedelta(seconds=1)
    production.endpoint.client("scheduler").create_schedule(
        Name=f"e2e{uuid.uuid4().hex[:8]}",
        ScheduleExpression=f"at({at:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target=target,
    )


def test_it_is_at_three_in_berlin(schedule):
    """The hour is one of people, whatever the season."""
    assert ("cron(0 3 * * ? *)", "Europe/Berlin", "ENABLED") == (
        schedule["ScheduleExpression"],
        schedule["ScheduleExpressionTimezone"],
        schedule["State"],
    )


def test_it_calls_the_bus_by_its_own_role(production, schedule):
    """Nobody else has that role."""
    bus = production.id("OrdersShared", "Events")
    role = production.id("OrdersShared", "EventsDayClosedRole")

    assert schedule["Target"]["Arn"].endswith(f":event-bus/{bus}")
    assert schedule["Target"]["RoleArn"].endswith(f":role/{role}")


def test_its_target_puts_the_event(production, schedule):
    """
    The same target and role, called now, put `DayClosed` on the bus.

    The emulator decides by the trust and the policy of the role.
    """
    bus = production.id("OrdersShared", "Events")
    with listening_to_bus(production.endpoint, bus, "shop.clock") as hear:
        _run_once(production, schedule["Target"])
        event = hear()

    assert event
    assert ("shop.clock", "DayClosed", {}) == (
        event["source"],
        event["detail-type"],
        event["detail"],
    )


def test_its_role_puts_no_other_event(production, shop, schedule):
    """An order is not for the clock to place: what it may not say is kept."""
    target = copy.deepcopy(schedule["Target"])
    target["EventBridgeParameters"]["Source"] = "shop.orders"
    target["RetryPolicy"]["MaximumRetryAttempts"] = 0
    _run_once(production, target)

    assert shop.taken_from("EventsDayClosedDeadLetterQueue", "OrdersShared")
