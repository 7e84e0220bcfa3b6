"""acknowledge_defaults: what strict packs want and no default can give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from aws_cdk import Acknowledgment, Validations

from secure_constructs.checks.guard import guard_of

if TYPE_CHECKING:
    from constructs import Construct

    from secure_constructs.checks.guard import Watched

Pack = Literal["HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"]


@dataclass(frozen=True)
class Unmet:
    """
    A rule of strict packs that the defaults do not meet, and why.

    Attributes:
        rule: The rule's name, without its pack's.
        packs: The packs that have it.
        kinds: The constructs whose resources it reports.
        reason: Why no default meets it.
    """

    rule: str
    packs: tuple[Pack, ...]
    kinds: tuple[str, ...]
    reason: str


UNMET = (
    Unmet(
        "S3BucketReplicationEnabled",
        ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"),
        ("SecureBucket", "AccessLogs"),
        "A second copy in another region doubles the cost of storage and may move "
        "data out of the country it must stay in, so it is decided for each bucket. "
        "Versioning already guards against deletion and overwriting.",
    ),
    Unmet(
        "S3DefaultEncryptionKMS",
        ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321"),
        ("SecureBucket",),
        "The bucket is encrypted with S3's own keys (AES-256). A key of one's own "
        "costs money and an owner; pass encryption_key= where it is called for.",
    ),
    Unmet(
        "S3DefaultEncryptionKMS",
        ("HIPAA.Security", "NIST.800.53.R5", "PCI.DSS.321"),
        ("AccessLogs",),
        "S3 cannot deliver access logs to a bucket that is encrypted with a "
        "customer's key, so the log bucket is encrypted with S3's own (AES-256).",
    ),
    Unmet(
        "S3BucketDefaultLockEnabled",
        ("NIST.800.53.R4",),
        ("SecureBucket", "AccessLogs"),
        "Object Lock can never be taken off a bucket again and keeps what privacy "
        "law may order to be deleted, so it is decided for each bucket, by "
        "object_lock_default_retention=.",
    ),
    Unmet(
        "LambdaConcurrency",
        ("HIPAA.Security", "NIST.800.53.R5"),
        ("ObservedFunction",),
        "Concurrency reserved for one function is taken from all others of the "
        "account, so it is decided for each, by reserved_concurrent_executions=. An "
        "alarm goes off when the function is throttled.",
    ),
    Unmet(
        "LambdaInsideVPC",
        ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"),
        ("ObservedFunction",),
        "A function that reaches only AWS's own services gains nothing from a VPC: it "
        "has no open port in either case, and what it may do is in its role. Pass vpc= "
        "where it reaches what is in one.",
    ),
    Unmet(
        "CloudWatchLogGroupEncrypted",
        ("HIPAA.Security", "NIST.800.53.R4", "NIST.800.53.R5", "PCI.DSS.321"),
        ("BusLogs", "FunctionLogs"),
        "CloudWatch Logs encrypts the group with a key of its own. A key of one's own "
        "costs money and an owner; pass encryption_key= where it is called for.",
    ),
)


def acknowledge_defaults(scope: Construct, *, packs: Iterable[Pack]) -> None:
    """
    Acknowledge what strict cdk-nag packs want and no default can give.

    The findings then stand in the validation report with the reason, and fail
    nothing. They are acknowledged at the resources of this library's constructs
    only; what you define beside them stays reported.

    The rules, with the reasons the report gives, are `UNMET`: replication and Object
    Lock of buckets, reserved concurrency and VPCs of functions, customer-managed keys
    of both and of the logs of buses.

    Args:
        scope: An app, stage, stack or construct. Call this at the end: it
            acknowledges for the constructs that exist below it by then.
        packs: The packs concerned: `HIPAA.Security`, `NIST.800.53.R4`,
            `NIST.800.53.R5`, `PCI.DSS.321`.

    Raises:
        ValueError: A pack is none of these, or *scope* holds no construct of
            this library yet.

    Example:
        >>> acknowledge_defaults(app, packs=["HIPAA.Security"])
    """
    known = list(get_args(Pack))
    if isinstance(packs, str) or not isinstance(packs, Iterable):
        msg = f"acknowledge_defaults: packs={packs!r} is no list; use some of {known}"
        raise TypeError(msg)
    wanted = list(packs)
    unknown = [pack for pack in wanted if pack not in known]
    if unknown or not wanted:
        msg = (
            f"acknowledge_defaults: packs={unknown} name no pack with a rule that the "
            f"defaults do not meet; use some of {known}"
        )
        raise ValueError(msg)
    watched = guard_of(scope.node.scopes).below(scope)
    if not watched:
        msg = (
            f"acknowledge_defaults: '{scope.node.path}' holds no construct of this "
            "library; call it at the end, when all are defined"
        )
        raise ValueError(msg)
    for each in watched:
        acknowledgments = list(_acknowledgments(each, wanted))
        if acknowledgments:
            Validations.of(each.resource).acknowledge(*acknowledgments)


def _acknowledgments(watched: Watched, packs: list[Pack]) -> Iterable[Acknowledgment]:
    for unmet in UNMET:
        if watched.kind in unmet.kinds:
            for pack in unmet.packs:
                if pack in packs:
                    rule = f"{pack}::{pack}-{unmet.rule}"
                    yield Acknowledgment(id=rule, reason=unmet.reason)
