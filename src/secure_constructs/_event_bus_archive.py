"""The archive of a bus, and how its events are played again (EVB-02)."""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, cast

from aws_cdk import Duration, aws_events as events

from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

# Every event has a source, and each begins with nothing: this matches all of them.
# Replayed ones are not archived again; EventBridge itself sees to that.
_EVERYTHING = events.EventPattern(source=events.Match.prefix(""))
_RETENTION = {
    Tier.PRODUCTION: Duration.days(30),
    Tier.DEVELOPMENT: Duration.days(7),
}


def archive_of(
    scope: Construct,
    bus: events.EventBus,
    *,
    retention: Duration | None,
    tier: Tier,
    key_arn: str | None,
) -> events.Archive:
    """
    Define the archive of everything that *bus* takes.

    CDK's `bus.archive()` drops the key, and its `kms_key` writes the bus's ARN into
    the policy of the key, which then wait for each other; so the key is set on the
    L1.

    Args:
        scope: The construct it belongs to.
        bus: The bus.
        retention: How long it keeps an event; 30 days, 7 in development.
        tier: What it is worth; in production it outlives its stack.
        key_arn: The key it is encrypted with; none for EventBridge's own.
    """
    archive = events.Archive(
        scope,
        "Archive",
        source_event_bus=bus,
        event_pattern=_EVERYTHING,
        retention=retention or _RETENTION[tier],
    )
    archive.apply_removal_policy(tier.removal_policy)
    if key_arn is not None:
        l1 = cast("events.CfnArchive", archive.node.default_child)
        l1.kms_key_identifier = key_arn
    return archive


def replay_command(
    archive: events.Archive, bus_arn: str, rules: Sequence[events.IRule]
) -> str:
    """Return the shell command that replays *archive*, if any into *rules*."""
    destination: dict[str, object] = {"Arn": bus_arn}
    if rules:
        destination["FilterArns"] = [rule.rule_arn for rule in rules]
    return " ".join(
        [
            "aws events start-replay",
            '--replay-name "replay-$(date -u +%Y%m%dT%H%M%SZ)"',
            f"--event-source-arn {archive.archive_arn}",
            '--event-start-time "$START" --event-end-time "$END"',
            f"--destination '{json.dumps(destination)}'",
        ]
    )
