"""What strict packs of cdk-nag want and this app does not do, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from benchmarks.by_hand.function import Function
from benchmarks.by_hand.parts import acknowledge

_ALL = ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321")
_MOST = ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321")
_TWO = ("HIPAA.Security", "NIST.800.53.R5")
_OF_BUCKETS = {
    "S3BucketReplicationEnabled": _ALL,
    "S3DefaultEncryptionKMS": _MOST,
    "S3BucketDefaultLockEnabled": ("NIST.800.53.R4",),
}
_OF_FUNCTIONS = {"LambdaConcurrency": _TWO, "LambdaInsideVPC": _ALL}
_OF_LOGS = {"CloudWatchLogGroupEncrypted": _ALL}
_REASON = "Decided against for this product."


def acknowledge_strict(
    *,
    buckets: Sequence[s3.Bucket],
    log_buckets: Sequence[s3.Bucket],
    functions: Sequence[Function],
) -> None:
    """Acknowledge it at each resource concerned."""
    for bucket in (*buckets, *log_buckets):
        _acknowledge(bucket, _OF_BUCKETS)
    for function in functions:
        _acknowledge(function.logs, _OF_LOGS)
        _acknowledge(function.function, _OF_FUNCTIONS)


def _acknowledge(resource: IConstruct, rules: Mapping[str, tuple[str, ...]]) -> None:
    l1: Any = resource.node.default_child
    ids = [f"{pack}::{pack}-{rule}" for rule in rules for pack in rules[rule]]
    acknowledge(l1, _REASON, *ids)
