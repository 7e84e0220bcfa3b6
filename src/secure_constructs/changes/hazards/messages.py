"""Messages, events and records that may go before somebody read them."""

from __future__ import annotations

import math

from secure_constructs.changes.hazards.hazard import (
    Hazard,
    changed,
    removed,
    shorter,
)

_QUEUE = ("AWS::SQS::Queue",)

HAZARDS = [
    # AWS::SQS::Queue, MessageRetentionPeriod: four days by default
    Hazard(
        _QUEUE,
        shorter(
            "MessageRetentionPeriod",
            absent=345_600,
            why="messages that wait for longer than that are deleted",
        ),
    ),
    # SQS Developer Guide, "Using dead-letter queues"
    Hazard(
        _QUEUE,
        removed(
            "RedrivePolicy",
            why="messages that fail go to no other queue any more, and are deleted at "
            "the end of their time",
            way_out="keep the dead-letter queue, or handle all that is in it first",
        ),
    ),
    Hazard(
        _QUEUE,
        changed(
            "RedrivePolicy",
            "deadLetterTargetArn",
            why="messages that failed stay in the old queue, where nobody looks",
            way_out="redrive what is in the old queue first",
        ),
    ),
    # Kinesis Data Streams Developer Guide, "Change the data retention period"
    Hazard(
        ("AWS::Kinesis::Stream",),
        shorter(
            "RetentionPeriodHours",
            absent=24,
            why="records older than that are gone at once",
        ),
    ),
    Hazard(
        ("AWS::KinesisVideo::Stream",),
        shorter("DataRetentionInHours", absent=0, why="video older than that is gone"),
    ),
    # EventBridge User Guide, "Archiving events": 0 is without an end
    Hazard(
        ("AWS::Events::Archive",),
        shorter(
            "RetentionDays",
            absent=math.inf,
            zero=math.inf,
            why="archived events older than that are deleted",
        ),
    ),
    # SNS Developer Guide, "Message archiving for FIFO topic owners"
    Hazard(
        ("AWS::SNS::Topic",),
        removed("ArchivePolicy", why="archived messages are deleted"),
    ),
    # CloudWatch Logs User Guide, "Change log data retention"
    Hazard(
        ("AWS::Logs::LogGroup", "Custom::LogRetention"),
        shorter(
            "RetentionInDays",
            absent=math.inf,
            why="logs older than that are deleted, also those that are there",
        ),
    ),
]
