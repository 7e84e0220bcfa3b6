"""The one way this library keeps what could not be processed or delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Duration, Validations, aws_sqs as sqs

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from secure_constructs.tier import Tier

# The longest that SQS keeps anything: time to find out what went wrong.
_RETENTION = Duration.days(14)
_END_OF_THE_LINE = (
    "This queue receives what could not be processed or delivered. A dead-letter "
    "queue of its own would receive nothing: nobody consumes from this one until "
    "somebody has found out what went wrong."
)
_ACKNOWLEDGED = [
    Acknowledgment(id=rule_id, reason=_END_OF_THE_LINE)
    for rule_id in (
        "AwsSolutions::AwsSolutions-SQS3",
        "Serverless::Serverless-SQSRedrivePolicy",
    )
]


def failure_queue(
    scope: Construct,
    construct_id: str,
    *,
    tier: Tier,
    key: kms.IKey | None,
    fifo: bool = False,
) -> sqs.Queue:
    """
    Define a queue for what failed: encrypted, TLS only, kept for 14 days.

    Args:
        scope: The construct it belongs to.
        construct_id: Part of its logical ID.
        tier: What the deployment is worth; in production the queue outlives its
            stack, with what is in it.
        key: The key it is encrypted with; none for SQS's own.
        fifo: Whether it is for the messages of a FIFO queue.
    """
    queue = sqs.Queue(
        scope,
        construct_id,
        encryption=_encryption(key),
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=_RETENTION,
        removal_policy=tier.removal_policy,
        fifo=True if fifo else None,
    )
    Validations.of(queue).acknowledge(*_ACKNOWLEDGED)
    return queue


def _encryption(key: kms.IKey | None) -> sqs.QueueEncryption:
    return sqs.QueueEncryption.KMS if key else sqs.QueueEncryption.SQS_MANAGED
