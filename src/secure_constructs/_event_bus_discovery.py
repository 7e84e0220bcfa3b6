"""The schemas of a bus: those that are found, and those that are given (EVB-04)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_eventschemas as eventschemas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from secure_constructs.event_schema import EventSchema

_DRAFT = "JSONSchemaDraft4"


def discover(scope: Construct, bus_arn: str) -> eventschemas.CfnDiscoverer:
    """
    Define what finds the schemas of the events on a bus.

    They land in the registry `discovered-schemas`, which AWS makes by itself. Events
    of other accounts are left out: whoever may send them could fill that registry.
    """
    return eventschemas.CfnDiscoverer(
        scope, "Discoverer", source_arn=bus_arn, cross_account=False
    )


def register(
    scope: Construct, schemas: Sequence[EventSchema]
) -> eventschemas.CfnRegistry | None:
    """Define a registry with *schemas*; none if there are none."""
    if not schemas:
        return None
    registry = eventschemas.CfnRegistry(scope, "Registry")
    name = registry.attr_registry_name
    for schema in schemas:
        eventschemas.CfnSchema(
            registry,
            schema.name,
            registry_name=name,
            schema_name=schema.name,
            type=_DRAFT,
            content=schema.content,
            description=schema.description,
        )
    return registry
