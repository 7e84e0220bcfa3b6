"""The checks of a schedule's arguments that a route does not share."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

from aws_cdk import aws_scheduler as scheduler

from secure_constructs._event_targets import Kind
from secure_constructs._inputs import without_tokens

if TYPE_CHECKING:
    from aws_cdk import Duration

    from secure_constructs._event_targets import Target
    from secure_constructs._inputs import Inputs

_NAME = re.compile(r"[A-Za-z0-9._-]{0,64}")
_LONGEST_DESCRIPTION = 512
_LONGEST_WINDOW = 1440
_LONGEST = {"source": 256, "detail_type": 128}


def check_identity(
    inputs: Inputs, schedule_name: str | None, description: str | None
) -> None:
    """Raise if the service refuses the name or the description."""
    inputs.text("schedule_name", schedule_name, "orders-nightly")
    if schedule_name and not _NAME.fullmatch(without_tokens(schedule_name)):
        problem = "is no name of a schedule: up to 64 letters, digits, ., - or _"
        raise inputs.wrong("schedule_name", schedule_name, problem)
    inputs.text("description", description, "Closes the books of the day")
    if description and len(without_tokens(description)) > _LONGEST_DESCRIPTION:
        problem = f"is longer than {_LONGEST_DESCRIPTION} characters"
        raise inputs.wrong("description", description, problem)


def check_window(inputs: Inputs, window: Duration | None) -> None:
    """Raise if *window* is given and not 1 to 1,440 whole minutes."""
    if window is None:
        return
    amount = inputs.time(
        "flexible_window",
        window,
        "minutes",
        low=1,
        high=_LONGEST_WINDOW,
        range_=f"1 to {_LONGEST_WINDOW:,} whole minutes",
    )
    if amount is None:
        problem = "is only known at deployment, when CDK takes none; write the number"
        raise inputs.wrong("flexible_window", "a token", problem)


def check_event(
    inputs: Inputs, target: Target | None, source: object, detail_type: object
) -> None:
    """Raise if an event for a bus lacks its source or type, or another has one."""
    given = {"source": source, "detail_type": detail_type}
    for option, value in given.items():
        inputs.text(option, value, "shop.clock" if option == "source" else "DayEnded")
        if target is None or target.kind is not Kind.BUS:
            if value is not None:
                problem = "is for events on a bus; leave it out for this target"
                raise inputs.wrong(option, value, problem)
        elif value is None:
            problem = "is missing; an event on a bus needs a source and a detail type"
            raise inputs.wrong(option, value, problem)
        elif len(without_tokens(str(value))) > _LONGEST[option]:
            problem = f"is longer than {_LONGEST[option]} characters"
            raise inputs.wrong(option, value, problem)
    if str(source or "").startswith("aws."):
        problem = "is reserved for AWS, which refuses the event; name it otherwise"
        raise inputs.wrong("source", source, problem)


def check_input(inputs: Inputs, target: Target | None, given: object) -> None:
    """Raise if *given* is no input, or stands beside a target that has its own."""
    if given is None:
        return
    if not isinstance(given, scheduler.ScheduleTargetInput):
        problem = "is no input; write scheduler.ScheduleTargetInput.from_object({...})"
        raise inputs.wrong_kind("input", given, problem)
    if target is None:
        problem = "does not go with a target class of CDK's; pass it to that"
        raise inputs.wrong("input", "given", problem)


def check_schedule_group(inputs: Inputs, group: object) -> None:
    """Raise if *group* is given and no group of schedules."""
    if group is not None and not hasattr(group, "schedule_group_name"):
        problem = "is no group; pass a scheduler.ScheduleGroup or an imported one"
        raise inputs.wrong_kind("schedule_group", group, problem)
