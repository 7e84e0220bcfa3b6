"""Objects, files, images and volumes that may go."""

from __future__ import annotations

from collections.abc import Iterator

from secure_constructs.changes.change import Verdict
from secure_constructs.changes.hazards.hazard import (
    Body,
    Hazard,
    danger,
    goes_off,
    number,
    removed,
    shorter,
    switched_off,
    switched_on,
)
from secure_constructs.changes.hazards.lifecycle import starts_to_delete
from secure_constructs.changes.values import at, same

_BUCKET = ("AWS::S3::Bucket",)
_REPOSITORY = ("AWS::ECR::Repository",)
_FILES = ("AWS::EFS::FileSystem",)
_FSX = ("AWS::FSx::FileSystem",)
_RULES = ("BucketEncryption", "ServerSideEncryptionConfiguration")
_LOCK = ("Properties", "ObjectLockConfiguration", "Rule", "DefaultRetention")
_FSX_KINDS = ("Lustre", "Ontap", "OpenZFS", "Windows")


def _unversioned(old: Body, new: Body) -> Iterator[Verdict]:
    path = ("Properties", "VersioningConfiguration", "Status")
    if goes_off(at(old, path), at(new, path)):
        yield danger(
            path,
            "versioning is suspended: what is overwritten or deleted from then on is "
            "gone at once",
            "keep versioning; to save storage, let old versions expire later",
        )


def _another_key(old: Body, new: Body) -> Iterator[Verdict]:
    path = ("Properties", *_RULES, 0, "ServerSideEncryptionByDefault", "KMSMasterKeyID")
    before, after = at(old, path), at(new, path)
    if before is not None and not same(before, after):
        yield danger(
            path,
            "the objects that are there keep the old key: who may use only the new "
            "one cannot read them, and without the old key nobody can",
            "keep the old key and the permissions for it until all objects are copied",
        )


def _unlocked(old: Body, new: Body) -> Iterator[Verdict]:
    before, after = at(old, _LOCK), at(new, _LOCK)
    if before is None or same(before, after):
        return
    softer = at(old, (*_LOCK, "Mode")) != at(new, (*_LOCK, "Mode")) != "COMPLIANCE"
    if softer or _days(new) < _days(old):
        yield danger(_LOCK, "new objects can be deleted earlier than those before them")


def _days(body: Body) -> float:
    years, days = (number(at(body, (*_LOCK, each))) for each in ("Years", "Days"))
    return (years or 0) * 365 + (days or 0)


def _other_images(old: Body, new: Body) -> Iterator[Verdict]:
    path = ("Properties", "LifecyclePolicy", "LifecyclePolicyText")
    before, after = at(old, path), at(new, path)
    if after is not None and not same(before, after):
        yield danger(
            path,
            "another policy decides which images are deleted, within a day",
            "preview the policy (aws ecr start-lifecycle-policy-preview) first",
        )


_FEWER_BACKUPS = "automatic backups older than that are deleted"

HAZARDS = [
    # S3 User Guide, "Managing the lifecycle of objects"
    Hazard(_BUCKET, starts_to_delete),
    # S3 User Guide, "Adding objects to versioning-suspended buckets"
    Hazard(_BUCKET, _unversioned),
    # S3 User Guide, "Setting default server-side encryption": for new objects only
    Hazard(_BUCKET, _another_key),
    # S3 User Guide, "Locking objects with Object Lock"
    Hazard(_BUCKET, _unlocked),
    # ECR User Guide, "Automate the cleanup of images by using lifecycle policies"
    Hazard(
        _REPOSITORY,
        _other_images,
    ),
    Hazard(
        _REPOSITORY,
        switched_on(
            "EmptyOnDelete",
            why="the repository is deleted with the images that are in it",
            way_out="leave it off, so that only an empty repository can be deleted",
        ),
    ),
    # EFS User Guide, "Automatic backups"
    Hazard(
        _FILES,
        switched_off("BackupPolicy", "Status", why="no more backups are made"),
    ),
    Hazard(
        _FILES,
        removed(
            "ReplicationConfiguration",
            why="files are no longer copied to the other file system",
        ),
    ),
    # FSx API, AutomaticBackupRetentionDays: 0 turns automatic backups off
    *(
        Hazard(
            _FSX,
            shorter(
                f"{kind}Configuration",
                "AutomaticBackupRetentionDays",
                absent=0 if kind == "Lustre" else 30,
                why=_FEWER_BACKUPS,
            ),
        )
        for kind in _FSX_KINDS
    ),
    # Backup API, LockConfiguration
    Hazard(
        ("AWS::Backup::BackupVault",),
        removed("LockConfiguration", why="recovery points can be deleted at any time"),
    ),
]
