"""The rules for buckets."""

from __future__ import annotations

import re

from collections.abc import Iterator
from typing import Any

from secure_constructs.checks.bucket_logs import loses_logs, receives_logs
from secure_constructs.checks.bucket_policy import (
    is_old_tls,
    refuses,
    refuses_other_keys,
    statements_of,
)
from secure_constructs.checks.policy import is_plain_http
from secure_constructs.checks.rule import Breach, rule
from secure_constructs.checks.template import (
    KEPT,
    NO_VALUE,
    UNKNOWN,
    Resource,
    is_undecided,
    listed,
    text,
)

_BUCKET = "AWS::S3::Bucket"
_FLAGS = (
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "IgnorePublicAcls",
    "RestrictPublicBuckets",
)
_SUBDOMAINS = re.compile(r"[\w+.-]+://\*\.[^*./:]+(\.[^*./:]+)+(:\d+)?")


@rule(
    "S3-01",
    _BUCKET,
    why="One policy or ACL written by mistake would publish the objects.",
    fix="Turn all four flags of PublicAccessBlockConfiguration on.",
    controls=("Security Hub S3.8", "CIS AWS 2.1.4", "NIST 800-53 AC-3"),
    nag=("AwsSolutions-S2",),
)
def public_access_blocked(bucket: Resource) -> Iterator[Breach]:
    """All four flags that block public access are on."""
    for flag in _FLAGS:
        if bucket.known("PublicAccessBlockConfiguration", flag) not in (*_ON, UNKNOWN):
            location = f"Properties.PublicAccessBlockConfiguration.{flag}"
            yield Breach(location, f"{flag} is not on")


@rule(
    "S3-02",
    _BUCKET,
    why="What is not encrypted, or with a key that only the client has, cannot be "
    "protected, shared or recovered by the account that owns it.",
    fix="Declare an encryption (with a bucket key for KMS) and block SSE-C.",
    controls=("Security Hub S3.17", "NIST 800-53 SC-28"),
)
def encrypted(bucket: Resource) -> Iterator[Breach]:
    """Objects are encrypted at rest, never with a key that only the client has."""
    location = "Properties.BucketEncryption"
    algorithm = bucket.known(*_DEFAULT, "SSEAlgorithm")
    if algorithm is None:
        yield Breach(location, "no encryption is declared")
    if bucket.record.get("Encryption") == "aws:kms" and not _has_only_its_key(bucket):
        yield Breach(location, "the key it was made with is no longer the only one")
    if (
        algorithm == "aws:kms"
        and bucket.known(*_ENCRYPTION, "BucketKeyEnabled") in _OFF
    ):
        yield Breach(location, "there is no bucket key, so each object costs a request")
    blocked = bucket.known(*_ENCRYPTION, "BlockedEncryptionTypes", "EncryptionType")
    if "SSE-C" not in listed(blocked) and not is_undecided(blocked):
        yield Breach(location, "SSE-C is not blocked")


@rule(
    "S3-03",
    _BUCKET,
    why="Over plain http or an old TLS, others on the way read what is sent.",
    fix="Deny requests without TLS, and with less than TLS 1.2, in the bucket policy, "
    "for the bucket and for its objects.",
    controls=("Security Hub S3.5", "CIS AWS 2.1.1", "NIST 800-53 SC-8"),
    nag=("AwsSolutions-S10",),
)
def encrypted_in_transit(bucket: Resource) -> Iterator[Breach]:
    """Plain http and TLS below 1.2 are refused, for the bucket and its objects."""
    if not refuses(bucket, is_plain_http):
        yield Breach("Properties", "its policy does not refuse plain http")
    if not refuses(bucket, is_old_tls):
        yield Breach("Properties", "its policy does not refuse TLS below 1.2")


@rule(
    "S3-04",
    _BUCKET,
    why="Without versions an overwritten or deleted object is gone.",
    fix="Turn versioning on.",
    controls=("Security Hub S3.14", "NIST 800-53 CP-10"),
    nag=(
        "HIPAA.Security-S3BucketVersioningEnabled",
        "NIST.800.53.R4-S3BucketVersioningEnabled",
        "NIST.800.53.R5-S3BucketVersioningEnabled",
        "PCI.DSS.321-S3BucketVersioningEnabled",
    ),
)
def versioned(bucket: Resource) -> Iterator[Breach]:
    """Overwritten and deleted objects are kept as versions."""
    if bucket.known("VersioningConfiguration", "Status") not in ("Enabled", UNKNOWN):
        yield Breach("Properties.VersioningConfiguration", "versioning is off")


@rule(
    "S3-05",
    _BUCKET,
    why="Parts of abandoned uploads and old versions cost money, and nobody sees them.",
    fix="Abort incomplete uploads, and move or expire noncurrent versions, by a "
    "lifecycle rule for the whole bucket.",
    controls=("Security Hub S3.10", "Security Hub S3.13"),
    severity="warning",
)
def cleaned_up(bucket: Resource) -> Iterator[Breach]:
    """Abandoned uploads are removed, and old versions do not stay at full price."""
    rules = listed(bucket.known("LifecycleConfiguration", "Rules"))
    if is_undecided(rules):
        return
    actions = _general_actions(rules)
    location = "Properties.LifecycleConfiguration"
    if "AbortIncompleteMultipartUpload" not in actions:
        yield Breach(location, "incomplete uploads are never aborted")
    has_versions = bucket.known("VersioningConfiguration", "Status") == "Enabled"
    if has_versions and not actions & _NONCURRENT:
        yield Breach(location, "noncurrent versions neither move nor expire")


@rule(
    "S3-06",
    _BUCKET,
    why="Without access logs nobody can say afterwards who read what.",
    fix="Log to another bucket, which lets S3 deliver by its policy.",
    controls=("Security Hub S3.9", "NIST 800-53 AU-2"),
    nag=(
        "AwsSolutions-S1",
        "HIPAA.Security-S3BucketLoggingEnabled",
        "NIST.800.53.R4-S3BucketLoggingEnabled",
        "NIST.800.53.R5-S3BucketLoggingEnabled",
        "PCI.DSS.321-S3BucketLoggingEnabled",
    ),
    severity="warning",
)
def access_logged(bucket: Resource) -> Iterator[Breach]:
    """Access is logged to another bucket."""
    logging = bucket.known("LoggingConfiguration")
    if logging is UNKNOWN or receives_logs(bucket):
        return
    location = "Properties.LoggingConfiguration"
    destination = bucket.read("LoggingConfiguration", "DestinationBucketName")
    itself = (bucket.ref, text(bucket.read("BucketName")) or "-")
    if logging is None:
        yield Breach(location, "access is not logged")
    elif destination is None or text(destination) in itself:
        yield Breach(location, "the bucket logs into itself, and logs that again")
    elif loses_logs(bucket):
        yield Breach(location, "the bucket it logs to does not let S3 deliver")


@rule(
    "S3-07",
    _BUCKET,
    why="With ACLs every uploader decides who may read an object.",
    fix="Set the object ownership to BucketOwnerEnforced, and no AccessControl.",
    controls=("Security Hub S3.12", "NIST 800-53 AC-3"),
)
def owned_by_the_account(bucket: Resource) -> Iterator[Breach]:
    """The bucket's owner owns every object, and there are no ACLs."""
    ownership = bucket.known("OwnershipControls", "Rules", 0, "ObjectOwnership")
    location = "Properties.OwnershipControls"
    if ownership is None:
        # S3 enforces it for new buckets; those of before April 2023 keep their ACLs.
        yield Breach(location, "whether ACLs are in force is left to S3")
    elif ownership not in ("BucketOwnerEnforced", UNKNOWN):
        yield Breach(location, "ACLs are in force")
    if bucket.known("AccessControl") not in (None, UNKNOWN):
        yield Breach("Properties.AccessControl", "an ACL is set")


@rule(
    "S3-08",
    _BUCKET,
    why="With the origin * a script on any website reads what its visitor may read.",
    fix="Name the origins.",
)
def origins_named(bucket: Resource) -> Iterator[Breach]:
    """Cross-origin requests are open to named origins only."""
    rules = bucket.known("CorsConfiguration", "CorsRules")
    for index, each in enumerate(listed(rules) if rules is not UNKNOWN else []):
        if any(map(is_anybody, listed(each.get("AllowedOrigins")))):
            location = f"Properties.CorsConfiguration.CorsRules.{index}"
            yield Breach(location, "every origin is allowed")


@rule(
    "S3-09",
    _BUCKET,
    why="A deleted stack, a renamed construct or a changed name would delete the data.",
    fix="Keep the bucket: DeletionPolicy and UpdateReplacePolicy Retain.",
    controls=("NIST 800-53 CP-9",),
)
def kept(bucket: Resource) -> Iterator[Breach]:
    """The bucket outlives its stack, unless it is recorded as development."""
    for policy in bucket.loses_data_by(*KEPT) if bucket.keeps_data else ():
        yield Breach(policy, f"{policy} does not keep the bucket")


@rule(
    "S3-13",
    _BUCKET,
    why="Whoever the policy lets in needs nobody's permission in this account.",
    fix="Take the statement out, or name the organization or the account's own roles.",
    controls=("Security Hub S3.6", "NIST 800-53 AC-3"),
)
def no_foreign_principal(bucket: Resource) -> Iterator[Breach]:
    """No statement of the bucket policy lets a foreign principal in."""
    own = bucket.template.account
    found = [each.openings(own) for each in statements_of(bucket)]
    for problem in dict.fromkeys(problem for each in found for problem in each):
        yield Breach("Properties", f"its policy {problem}")


def is_anybody(origin: object) -> bool:
    """
    Whether the CORS *origin* lets in scripts of websites that it does not name.

    Sandboxed frames and local files send the origin `null`, so anybody can. A
    wildcard names the websites of one owner only in the place of a subdomain.
    """
    if not isinstance(origin, str):
        return False
    return origin == "null" or ("*" in origin and not _SUBDOMAINS.fullmatch(origin))


RULES = (
    public_access_blocked,
    encrypted,
    encrypted_in_transit,
    versioned,
    cleaned_up,
    access_logged,
    owned_by_the_account,
    origins_named,
    kept,
    no_foreign_principal,
)

_ENCRYPTION = ("BucketEncryption", "ServerSideEncryptionConfiguration", 0)
_DEFAULT = (*_ENCRYPTION, "ServerSideEncryptionByDefault")
_ON = (True, "true")
_OFF = (None, False, "false")
_NONCURRENT = {
    "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionExpirationInDays",
}


def _has_only_its_key(bucket: Resource) -> bool:
    """Whether a bucket with a key encrypts with that, and refuses any other."""
    key = bucket.read(*_DEFAULT, "KMSMasterKeyID")
    return key is not None and refuses_other_keys(bucket, key)


def _general_actions(rules: list[Any]) -> set[str]:
    """Return what lifecycle *rules* in force do for every object of the bucket."""
    limits = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    return {
        action
        for each in rules
        if each.get("Status") == "Enabled"
        and all(each.get(limit) in (None, "", [], NO_VALUE) for limit in limits)
        for action, value in each.items()
        if value != NO_VALUE
    }
