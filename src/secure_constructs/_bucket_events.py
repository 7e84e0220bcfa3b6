"""Events of a bucket through EventBridge, without CDK's helper function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii

from aws_cdk import aws_s3 as s3
from constructs import IValidation

if TYPE_CHECKING:
    from aws_cdk import CfnResource

# What `Bucket.add_event_notification` creates below the bucket.
_NOTIFICATIONS = "Notifications"


def send_events(bucket: s3.Bucket, l1: CfnResource) -> None:
    """
    Send the bucket's events to EventBridge, by a property of the bucket.

    CDK's own option does the same through a custom resource: a function and a
    role for each stack, with rights on all its buckets.
    """
    l1.add_property_override(
        "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled",
        value=True,
    )
    bucket.node.add_validation(_NoOtherNotifications(bucket))


@jsii.implements(IValidation)
class _NoOtherNotifications:
    """Finds the one call that would switch EventBridge off again."""

    def __init__(self, bucket: s3.Bucket) -> None:
        self._bucket = bucket

    def validate(self) -> list[str]:
        """Return an error if CDK's custom resource writes the notifications."""
        if self._bucket.node.try_find_child(_NOTIFICATIONS) is None:
            return []
        problem = (
            "event_bridge_enabled=True and a notification added to the inner bucket: "
            "CDK's handler of the latter overwrites the former. Leave "
            "event_bridge_enabled out and call "
            "bucket.bucket.enable_event_bridge_notification()"
        )
        return [problem]
