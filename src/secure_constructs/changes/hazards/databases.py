"""Backups and retention of databases."""

from __future__ import annotations

from secure_constructs.changes.hazards.hazard import (
    Hazard,
    shorter,
    switched_off,
    switched_on,
)

_OLDER = "automated backups older than that are deleted; 0 deletes all of them"
_SNAPSHOTS = "automatic snapshots older than that are deleted; 0 makes none any more"
_CLUSTERS = ("AWS::RDS::DBCluster", "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster")
_TIMESTREAM = ("AWS::Timestream::Table",)
_MEASUREMENTS = "measurements older than that are deleted"

HAZARDS = [
    # RDS User Guide, "Backup retention period": the default is one day
    Hazard(_CLUSTERS, shorter("BackupRetentionPeriod", absent=1, why=_OLDER)),
    Hazard(
        ("AWS::RDS::DBInstance",),
        shorter("BackupRetentionPeriod", absent=1, why=_OLDER),
    ),
    # RDS User Guide, "Retaining automated backups": the default is not to
    Hazard(
        ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster"),
        switched_on(
            "DeleteAutomatedBackups",
            absent=True,
            why="automated backups are deleted together with the database",
        ),
    ),
    Hazard(
        ("AWS::RDS::DBCluster",),
        shorter("BacktrackWindow", absent=0, why="it can be wound back less far"),
    ),
    Hazard(
        ("AWS::DocDBElastic::Cluster",),
        shorter("BackupRetentionPeriod", absent=1, why=_OLDER),
    ),
    # ElastiCache and MemoryDB guides, "Scheduling automatic backups"
    Hazard(
        (
            "AWS::ElastiCache::CacheCluster",
            "AWS::ElastiCache::ReplicationGroup",
            "AWS::ElastiCache::ServerlessCache",
            "AWS::MemoryDB::Cluster",
        ),
        shorter("SnapshotRetentionLimit", absent=0, why=_SNAPSHOTS),
    ),
    # Redshift Management Guide, "Automated snapshots"
    Hazard(
        ("AWS::Redshift::Cluster",),
        shorter("AutomatedSnapshotRetentionPeriod", absent=1, why=_SNAPSHOTS),
    ),
    # Timestream Developer Guide, "Storage": what is older is deleted
    Hazard(
        _TIMESTREAM,
        shorter(
            "RetentionProperties",
            "MagneticStoreRetentionPeriodInDays",
            absent=73000,
            why=_MEASUREMENTS,
        ),
    ),
    # CloudTrail User Guide, "Event data stores"
    Hazard(
        ("AWS::CloudTrail::EventDataStore",),
        shorter("RetentionPeriod", absent=2557, why="events older than that are gone"),
    ),
    Hazard(
        ("AWS::CloudTrail::EventDataStore",),
        switched_off(
            "IngestionEnabled", absent=True, why="no more events are taken in"
        ),
    ),
]
