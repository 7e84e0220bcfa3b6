"""One small edit of the example app's templates for each rule, which breaks it."""

from __future__ import annotations

import copy
import dataclasses

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.judging import Deployed

# Stands for what an edit takes away.
GONE = object()
# Where edits add resources.
_STACK = "Orders"

UPLOADS = "Uploads4F6EB0FD"
UPLOADS_POLICY = "UploadsPolicy148F8199"
THUMBNAILS = "Thumbnails115905A6"
KEY = "Key961B73FD"
DEPLOY = "Deploy7B206E61"
INVOICER = "InvoicerC1E9A6DB"
TABLE = "TableCD117FA1"
TENANT = "Tenant3582C6F5"
TENANT_GRANTS = "TenantGrants78AD67FE"
BUS = "EventsD32975C2"
ROUTE = "EventsRouteInvoices99935A1E"
ROUTE_ALARM = "EventsRouteInvoicesFailedInvocations86D07905"
ON_CALL = "OnCall0B2745F4"

_STATEMENTS = "Properties/PolicyDocument/Statement"
_ENCRYPTION = "Properties/BucketEncryption/ServerSideEncryptionConfiguration/0"
_TRUST = "Properties/AssumeRolePolicyDocument/Statement/0/Condition"
_GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True)
class Broken:
    """
    A promise that an edit breaks.

    Attributes:
        at: The logical id of the resource where it is found.
        problem: What is found there.
        edits: What changes, by logical id: `GONE`, a whole resource where there was
            none, or values by their paths in it, as JSON Pointers have them.
        unprotected: The stack that loses its termination protection, if one does.
    """

    at: str
    problem: str
    edits: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    unprotected: str | None = None

    def of(self, app: Mapping[str, Deployed]) -> dict[str, Deployed]:
        """Return what of *app* is deployed after the edit."""
        edited = {
            name: dataclasses.replace(
                stack,
                template=copy.deepcopy(stack.template),
                protected=stack.protected and name != self.unprotected,
            )
            for name, stack in app.items()
        }
        for name, change in self.edits.items():
            stacks = [each.template["Resources"] for each in edited.values()]
            there = [each for each in stacks if name in each]
            (resources,) = there or [edited[_STACK].template["Resources"]]
            is_whole = change is GONE or not there
            for path, value in {name: change}.items() if is_whole else change.items():
                _put(resources if is_whole else resources[name], path, value)
        return edited


def _put(document: Any, path: str, value: object) -> None:
    """Put *value* at *path* of *document*, or take away what is there."""
    *steps, last = path.split("/")
    for step in steps:
        document = document[int(step) if isinstance(document, list) else step]
    if last == "-":
        document.append(value)
    elif value is GONE:
        del document[int(last) if isinstance(document, list) else last]
    else:
        document[last] = value


BROKEN: Mapping[str, Broken] = {
    "S3-01": Broken(
        UPLOADS,
        "BlockPublicAcls is not on",
        {UPLOADS: {"Properties/PublicAccessBlockConfiguration/BlockPublicAcls": False}},
    ),
    "S3-02": Broken(
        UPLOADS,
        "SSE-C is not blocked",
        {UPLOADS: {f"{_ENCRYPTION}/BlockedEncryptionTypes": GONE}},
    ),
    "S3-03": Broken(
        UPLOADS,
        "its policy does not refuse TLS below 1.2",
        {UPLOADS_POLICY: {f"{_STATEMENTS}/1": GONE}},
    ),
    "S3-04": Broken(
        UPLOADS,
        "versioning is off",
        {UPLOADS: {"Properties/VersioningConfiguration/Status": "Suspended"}},
    ),
    "S3-05": Broken(
        UPLOADS,
        "noncurrent versions neither move nor expire",
        {
            UPLOADS: {
                "Properties/LifecycleConfiguration/Rules/0/NoncurrentVersionTransitions"
                "": GONE
            }
        },
    ),
    "S3-06": Broken(
        UPLOADS,
        "access is not logged",
        {UPLOADS: {"Properties/LoggingConfiguration": GONE}},
    ),
    "S3-07": Broken(
        UPLOADS,
        "ACLs are in force",
        {
            UPLOADS: {
                "Properties/OwnershipControls/Rules/0/ObjectOwnership": "ObjectWriter"
            }
        },
    ),
    "S3-08": Broken(
        UPLOADS,
        "every origin is allowed",
        {
            UPLOADS: {
                "Properties/CorsConfiguration": {
                    "CorsRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]
                }
            }
        },
    ),
    "S3-09": Broken(
        UPLOADS,
        "DeletionPolicy does not keep the bucket",
        {UPLOADS: {"DeletionPolicy": "Delete"}},
    ),
    "S3-10": Broken(
        TENANT,
        "it may list objects of other tenants",
        {
            TENANT_GRANTS: {
                f"{_STATEMENTS}/-": {
                    "Effect": "Allow",
                    "Action": "s3:ListBucket",
                    "Resource": {"Fn::GetAtt": [UPLOADS, "Arn"]},
                }
            }
        },
    ),
    "S3-13": Broken(
        UPLOADS,
        "its policy lets everybody in",
        {
            UPLOADS_POLICY: {
                f"{_STATEMENTS}/-": {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": {"Fn::Sub": f"${{{UPLOADS}.Arn}}/*"},
                }
            }
        },
    ),
    "KEY-01": Broken(
        KEY,
        "the key does not rotate",
        {KEY: {"Properties/EnableKeyRotation": False}},
    ),
    "KEY-02": Broken(
        KEY,
        "lets everybody in",
        {
            KEY: {
                "Properties/KeyPolicy/Statement/-": {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "kms:Decrypt",
                    "Resource": "*",
                }
            }
        },
    ),
    "IAM-01": Broken(
        DEPLOY,
        "it takes tokens of any audience",
        {DEPLOY: {f"{_TRUST}/StringEquals/{_GITHUB}:aud": GONE}},
    ),
    "IAM-02": Broken(
        DEPLOY,
        "jobs on branches that it does not name may assume it",
        {
            DEPLOY: {
                _TRUST: {
                    "StringEquals": {f"{_GITHUB}:aud": "sts.amazonaws.com"},
                    "StringLike": {f"{_GITHUB}:sub": "repo:example/orders:*"},
                }
            }
        },
    ),
    "IAM-05": Broken(
        DEPLOY,
        "it is allowed *",
        {"DeployGrants32F76EDF": {f"{_STATEMENTS}/0/Resource": "*"}},
    ),
    "LAM-01": Broken(
        INVOICER,
        "no timeout of 1 to 900 seconds is set",
        {INVOICER: {"Properties/Timeout": GONE}},
    ),
    "LAM-02": Broken(
        INVOICER, "no memory size is set", {INVOICER: {"Properties/MemorySize": GONE}}
    ),
    "LAM-03": Broken(
        INVOICER,
        "its log group never expires",
        {"InvoicerLogs615A3770": {"Properties/RetentionInDays": GONE}},
    ),
    "LAM-05": Broken(
        INVOICER,
        "tracing is not active",
        {INVOICER: {"Properties/TracingConfig/Mode": "PassThrough"}},
    ),
    "LAM-06": Broken(
        INVOICER,
        "MaximumRetryAttempts is not set for $LATEST",
        {
            "InvoicerEventInvokeConfigFE72CCC2": {
                "Properties/MaximumRetryAttempts": GONE
            }
        },
    ),
    "LAM-08": Broken(
        INVOICER,
        "no alarm of this template watches its Errors",
        {"InvoicerErrors05ADAFCC": GONE},
    ),
    "LAM-10": Broken(
        INVOICER,
        "the variable DATABASE_PASSWORD is named like a secret",
        {INVOICER: {"Properties/Environment/Variables/DATABASE_PASSWORD": "tr0ub4dor"}},
    ),
    "LAM-15": Broken(
        INVOICER,
        "AWS no longer supports the runtime python3.8",
        {INVOICER: {"Properties/Runtime": "python3.8"}},
    ),
    "DDB-02": Broken(
        TABLE,
        "no access pattern uses the index GSI1",
        {TABLE: {"Metadata/SecureConstructs/AccessPatterns/1": GONE}},
    ),
    "DDB-03": Broken(
        TABLE,
        "point-in-time recovery is off",
        {TABLE: {"Properties/Replicas/0/PointInTimeRecoverySpecification": GONE}},
    ),
    "DDB-04": Broken(
        TABLE,
        "it is encrypted with a key that AWS owns",
        {TABLE: {"Properties/SSESpecification/SSEEnabled": False}},
    ),
    "DDB-06": Broken(
        TABLE,
        "time to live by ttl is off",
        {TABLE: {"Properties/TimeToLiveSpecification/Enabled": False}},
    ),
    "DDB-07": Broken(
        TABLE,
        "deletion protection is off",
        {TABLE: {"Properties/Replicas/0/DeletionProtectionEnabled": False}},
    ),
    "DDB-08": Broken(
        TENANT,
        "it is allowed items under partition keys that are not the tenant's",
        {TENANT_GRANTS: {f"{_STATEMENTS}/0/Condition/ForAllValues:StringEquals": GONE}},
    ),
    "DDB-10": Broken(
        TABLE,
        "no alarm of this template watches its system errors",
        {"TableSystemErrors169527D6": GONE},
    ),
    # The alarm follows: on the default bus a rule has no metric with another bus.
    "EVB-01": Broken(
        ROUTE,
        "it picks the events of an application from the default bus",
        {
            ROUTE: {"Properties/EventBusName": GONE},
            ROUTE_ALARM: {"Properties/Dimensions/0": GONE},
        },
    ),
    "EVB-02": Broken(
        BUS,
        "an archive keeps its events for ever",
        {"EventsArchive5A2DBDD8": {"Properties/RetentionDays": GONE}},
    ),
    "EVB-03": Broken(
        ROUTE,
        "a target has no dead-letter queue",
        {ROUTE: {"Properties/Targets/0/DeadLetterConfig": GONE}},
    ),
    "EVB-04": Broken(
        BUS,
        "no discoverer of this template reads its events",
        {"EventsDiscoverer19910B49": GONE},
    ),
    "EVB-06": Broken(
        BUS,
        "its policy lets everybody in",
        {"EventsDenyForeignAccountsCD5B2206": {"Properties/Statement/Effect": "Allow"}},
    ),
    "EVB-08": Broken(
        ROUTE,
        "no alarm of this template watches its FailedInvocations",
        {ROUTE_ALARM: GONE},
    ),
    "CDK-01": Broken(
        ON_CALL, "the tags Env are missing", {ON_CALL: {"Properties/Tags/0": GONE}}
    ),
    # The app has no store without a rule of its own about being kept.
    "CDK-02": Broken(
        "Ledger",
        "DeletionPolicy does not keep the data",
        {"Ledger": {"Type": "AWS::RDS::DBCluster", "UpdateReplacePolicy": "Retain"}},
    ),
    "CDK-06": Broken(
        THUMBNAILS,
        "the waiver of S3-04 has no reason",
        {THUMBNAILS: {"Metadata/SecureConstructs/Waivers/S3-04/Reason": ""}},
    ),
    "CDK-07": Broken(
        KEY, "its stack has no termination protection", unprotected="OrdersShared"
    ),
}
