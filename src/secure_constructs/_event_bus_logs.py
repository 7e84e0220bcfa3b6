"""The logs of a bus, delivered to a log group: what happened to which event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import (
    ArnFormat,
    Names,
    aws_events as events,
    aws_iam as iam,
    aws_logs as logs,
)

if TYPE_CHECKING:
    from aws_cdk import Stack

# From which level on what is logged; AWS delivers each level by a source of its own.
_TYPES = {
    events.Level.ERROR: ("ERROR",),
    events.Level.INFO: ("ERROR", "INFO"),
    events.Level.TRACE: ("ERROR", "INFO", "TRACE"),
}
_DELIVERY = iam.ServicePrincipal("delivery.logs.amazonaws.com")
_WITH_COLON = ArnFormat.COLON_RESOURCE_NAME
_LONGEST_NAME = 60
_LONGEST_LEVEL = len("-TRACE")


def log_config(level: events.Level | None) -> events.LogConfig | None:
    """
    Return what a bus logs, from *level* on.

    Never what is in the events: that may be personal, and the log group is read by
    people who may not read the bus.
    """
    if level is None:
        return None
    return events.LogConfig(level=level, include_detail=events.IncludeDetail.NONE)


def deliver(
    group: logs.LogGroup,
    *,
    bus_arn: str,
    level: events.Level,
    account: str,
    stack: Stack,
) -> None:
    """
    Let AWS deliver the logs of a bus to *group*.

    Args:
        group: The log group; sources, destination and deliveries are its children.
        bus_arn: The ARN of the bus.
        level: From which level on.
        account: The account of both.
        stack: Their stack.
    """
    name = Names.unique_resource_name(
        group,
        max_length=_LONGEST_NAME - _LONGEST_LEVEL,
        separator="-",
        allowed_special_characters="-",
    )
    arn = group.log_group_arn
    own = stack.format_arn(
        service="logs",
        resource="delivery-source",
        resource_name="*",
        arn_format=_WITH_COLON,
    )
    group.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DeliverLogsOfTheBus",
            principals=[_DELIVERY],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[arn],
            conditions={
                "ArnLike": {"aws:SourceArn": own},
                "StringEquals": {"aws:SourceAccount": account},
            },
        )
    )
    into = logs.CfnDeliveryDestination(
        group, "Destination", name=name, destination_resource_arn=arn
    )
    before: logs.CfnDelivery | None = None
    for each in _TYPES[level]:
        source = logs.CfnDeliverySource(
            group,
            f"{each.title()}Source",
            name=f"{name}-{each}",
            log_type=f"{each}_LOGS",
            resource_arn=bus_arn,
        )
        delivery = logs.CfnDelivery(
            group,
            f"{each.title()}Delivery",
            delivery_source_name=source.ref,
            delivery_destination_arn=into.attr_arn,
        )
        # Two deliveries to one destination at the same time get in each other's way.
        if before is not None:
            delivery.node.add_dependency(before)
        before = delivery
