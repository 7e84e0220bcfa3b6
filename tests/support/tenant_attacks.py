"""
What a tenant does, and what an attacker tries: each case by its name.

A case takes a world and says whether what it tries is allowed there. Those in
`OPENS` and `WORKS` have to be, the others must not be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.tenants import World

Case = Callable[[World], bool]
Cases = Mapping[str, Case]

# What AWS takes for a tag's value, and some that it does not.
_ODD = {"with a slash": "a/b", "with a colon": "a:b", "with #": "a#b"}
_ODD |= {"with |": "a|b", "with ~": "a~b", "empty": ""}

OPENS: Cases = {
    "a broker opens a session for a tenant": lambda world: world.opens("a"),
    "each broker does": lambda world: world.opens("a", who="Job"),
    "for any other tenant as well": lambda world: world.opens("b"),
    "for a tenant of one character": lambda world: world.opens("1", ",1"),
    "for a tenant with all characters": lambda world: world.opens("A_1.b=c+d@e-f"),
    "naming the request as well": lambda world: world.opens("a", "request-1,a"),
    "naming it with a comma": lambda world: world.opens("a", "request,1,a"),
}

STAYS_SHUT: Cases = {
    "without a tag": lambda world: world.opens(None),
    "without a tag, called like a tenant": lambda world: world.opens(None, "a"),
    **{
        f"for a tenant {how}": lambda world, tag=tag: world.opens(tag, f"x,{tag}")  # type: ignore[misc]
        for how, tag in _ODD.items()
    },
    "with the tag's key in other letters": lambda world: world.opens(
        None, "a", aws__RequestTag_tenantid="a"
    ),
    "with another tag instead": lambda world: world.opens(
        None, "a", aws__RequestTag_Tenant="a"
    ),
    "with another tag beside it": lambda world: world.opens(
        "a", aws__RequestTag_Admin="true"
    ),
    "with a tag that is passed on": lambda world: world.opens(
        "a", sts__TransitiveTagKeys=["TenantId"]
    ),
    "with a source identity": lambda world: world.opens("a", sts__SourceIdentity="b"),
    "called like another tenant": lambda world: world.opens("a", "b"),
    "called like one that begins alike": lambda world: world.opens("a", "ab"),
    "called like one that ends alike": lambda world: world.opens("a", "ba"),
    "called like another behind a comma": lambda world: world.opens("a", "a,b"),
    "called something else": lambda world: world.opens("a", "orders-api"),
    "by another role of the account": lambda world: world.opens("a", who="Stranger"),
    "by an administrator of the account": lambda world: world.opens(
        "a", who="arn:aws:iam::111122223333:root"
    ),
    "by an administrator of another account": lambda world: world.opens(
        "a", who="arn:aws:iam::444455556666:root"
    ),
    "by a session of a tenant": lambda world: world.tenant("a").may(
        "sts:AssumeRole",
        world.arn("Tenant"),
        aws__RequestTag_TenantId="b",
        sts__RoleSessionName="b",
    ),
}

_ON_ITEMS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
_ON_BATCHES = ("BatchGetItem", "BatchWriteItem")
_EVERY = (*_ON_ITEMS, "Query", *_ON_BATCHES)

READS: Cases = {
    "get an item": lambda world: world.tenant("a").item("GetItem", "TENANT#a"),
    "query items": lambda world: world.tenant("a").item("Query", "TENANT#a"),
    "get a batch": lambda world: world.tenant("a").item(
        "BatchGetItem", "TENANT#a", "TENANT#a"
    ),
    "query the index that tenants lead": lambda world: world.tenant("a").item(
        "Query", "TENANT#a", index="GSI1"
    ),
    "read in a transaction": lambda world: world.tenant("a").transaction(
        ("GetItem", "TENANT#a"), ("GetItem", "TENANT#a")
    ),
    "decrypt items": lambda world: world.tenant("a").decrypts("dynamodb"),
    "describe the key, as DynamoDB does for it": lambda world: world.tenant(
        "a"
    ).decrypts("dynamodb", "DescribeKey"),
    "get an object": lambda world: world.tenant("a").object(
        "GetObject", "tenants/a/x.pdf"
    ),
    "get an object in a folder": lambda world: world.tenant("a").object(
        "GetObject", "tenants/a/2026/x.pdf"
    ),
    "list its folder": lambda world: world.tenant("a").listing("tenants/a/"),
    "list a folder in it": lambda world: world.tenant("a").listing("tenants/a/2026/"),
    "decrypt objects": lambda world: world.tenant("a").decrypts("s3"),
}

WRITES: Cases = {
    "put an item": lambda world: world.tenant("a").item("PutItem", "TENANT#a"),
    "update an item": lambda world: world.tenant("a").item("UpdateItem", "TENANT#a"),
    "delete an item": lambda world: world.tenant("a").item("DeleteItem", "TENANT#a"),
    "write a batch": lambda world: world.tenant("a").item(
        "BatchWriteItem", "TENANT#a", "TENANT#a"
    ),
    "write a transaction": lambda world: world.tenant("a").transaction(
        ("ConditionCheckItem", "TENANT#a"),
        ("PutItem", "TENANT#a"),
        ("UpdateItem", "TENANT#a"),
        ("DeleteItem", "TENANT#a"),
    ),
    **{
        f"encrypt items with {action}": lambda world, action=action: world.tenant(  # type: ignore[misc]
            "a"
        ).decrypts("dynamodb", action)
        for action in (
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
        )
    },
    **{
        f"{action} in its folder": lambda world, action=action: world.tenant(  # type: ignore[misc]
            "a"
        ).object(action, "tenants/a/x.pdf")
        for action in (
            "PutObject",
            "DeleteObject",
            "AbortMultipartUpload",
            "ListMultipartUploadParts",
        )
    },
    "encrypt objects": lambda world: world.tenant("a").decrypts(
        "s3", "GenerateDataKey"
    ),
    "read the parts of an upload back": lambda world: world.tenant("a").decrypts("s3"),
}

WORKS: Cases = {**READS, **WRITES}

ITEMS: Cases = {
    **{
        f"{action} of another tenant": lambda world, action=action: world.tenant(  # type: ignore[misc]
            "a"
        ).item(action, "TENANT#b")
        for action in _EVERY
    },
    **{
        f"{action} of its own and another tenant": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").item(action, "TENANT#a", "TENANT#b")
        )
        for action in _ON_BATCHES
    },
    **{
        f"{action} without any key": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").item(action)
        )
        for action in _EVERY
    },
    **{
        f"a transaction with {action} of another": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").transaction(("PutItem", "TENANT#a"), (action, "TENANT#b"))
        )
        for action in _ON_ITEMS
    },
    "tenant 1 the items of 10": lambda world: world.tenant("1").item(
        "GetItem", "TENANT#10"
    ),
    "tenant 10 the items of 1": lambda world: world.tenant("10").item(
        "GetItem", "TENANT#1"
    ),
    "tenant a the items of ab": lambda world: world.tenant("a").item(
        "Query", "TENANT#ab"
    ),
    "tenant a the items of A": lambda world: world.tenant("a").item(
        "Query", "TENANT#A"
    ),
    "tenant a the items of a/b": lambda world: world.tenant("a").item(
        "Query", "TENANT#a/b"
    ),
    "an item that is nobody's": lambda world: world.tenant("a").item(
        "GetItem", "STOCK#lamp"
    ),
    "the prefix without a tenant": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#"
    ),
    "its id without the prefix": lambda world: world.tenant("a").item("GetItem", "a"),
    "its key behind another prefix": lambda world: world.tenant("a").item(
        "GetItem", "X#TENANT#a"
    ),
}

# Where keys go on after the tenant, and where they do not.
LONGER_KEYS: Cases = {
    "an item under a longer key": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#a#ORDERS"
    ),
    "a query of a longer key": lambda world: world.tenant("a").item(
        "Query", "TENANT#a#ORDERS#2026"
    ),
    "one in the index": lambda world: world.tenant("a").item(
        "Query", "TENANT#a#OPEN", index="GSI1"
    ),
    "a batch of both": lambda world: world.tenant("a").item(
        "BatchGetItem", "TENANT#a", "TENANT#a#ORDERS"
    ),
    "one with nothing behind the delimiter": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#a#"
    ),
}
LONGER_KEYS_OF_OTHERS: Cases = {
    "a longer key of another tenant": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#b#ORDERS"
    ),
    "tenant 1 a longer key of 10": lambda world: world.tenant("1").item(
        "GetItem", "TENANT#10#ORDERS"
    ),
    "tenant a a longer key of ab": lambda world: world.tenant("a").item(
        "Query", "TENANT#ab#ORDERS", index="GSI1"
    ),
    "a key that goes on without the delimiter": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#aORDERS"
    ),
    "its longer key behind another prefix": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#b#TENANT#a#ORDERS"
    ),
    "its longer key and another's": lambda world: world.tenant("a").item(
        "BatchGetItem", "TENANT#a#ORDERS", "TENANT#b#ORDERS"
    ),
}

TAGS: Cases = {
    "without a tag": lambda world: world.forged(None).item("GetItem", "TENANT#a"),
    "without a tag, and without a key": lambda world: world.forged(None).item("Query"),
    "without a tag, the key with nothing in it": lambda world: world.forged(None).item(
        "GetItem", "TENANT#"
    ),
    "without a tag, the key with the variable": lambda world: world.forged(None).item(
        "GetItem", "TENANT#${aws:PrincipalTag/TenantId}"
    ),
    "with another tag": lambda world: world.forged(None, aws__PrincipalTag_Id="a").item(
        "GetItem", "TENANT#a"
    ),
    "with the tag of another tenant": lambda world: world.forged("b").item(
        "GetItem", "TENANT#a"
    ),
    **{
        f"tenant {how} the items under its id": lambda world, tag=tag: (  # type: ignore[misc]
            world.forged(tag).item("GetItem", f"TENANT#{tag}")
        )
        for how, tag in _ODD.items()
    },
    **{
        f"tenant {how} in the index": lambda world, tag=tag: (  # type: ignore[misc]
            world.forged(tag).item("Query", f"TENANT#{tag}", index="GSI1")
        )
        for how, tag in _ODD.items()
    },
    **{
        f"tenant {how} the objects under its id": lambda world, tag=tag: (  # type: ignore[misc]
            world.forged(tag).object("GetObject", f"tenants/{tag}/x")
        )
        for how, tag in _ODD.items()
    },
    **{
        f"tenant {how} a list of its folder": lambda world, tag=tag: (  # type: ignore[misc]
            world.forged(tag).listing(f"tenants/{tag}/")
        )
        for how, tag in _ODD.items()
    },
    **{
        f"tenant {how} the key of {via}": lambda world, tag=tag, via=via: (  # type: ignore[misc]
            world.forged(tag).decrypts(via)
        )
        for how, tag in _ODD.items()
        for via in ("dynamodb", "s3")
    },
    "without a tag, in the index": lambda world: world.forged(None).item(
        "Query", "TENANT#a", index="GSI1"
    ),
    "without a tag, objects": lambda world: world.forged(None).object(
        "GetObject", "tenants/a/x"
    ),
    "without a tag, a list": lambda world: world.forged(None).listing("tenants/a/"),
    "without a tag, a list of everything": lambda world: world.forged(None).listing(
        "tenants//"
    ),
    "without a tag, the table's key": lambda world: world.forged(None).decrypts(
        "dynamodb"
    ),
    "without a tag, the bucket's key": lambda world: world.forged(None).decrypts("s3"),
}

_PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
_ON_TABLES = (
    "CreateBackup",
    "CreateTableReplica",
    "DeleteResourcePolicy",
    "DeleteTable",
    "DescribeContinuousBackups",
    "DescribeExport",
    "DescribeTable",
    "DescribeTimeToLive",
    "EnableKinesisStreamingDestination",
    "ExportTableToPointInTime",
    "GetResourcePolicy",
    "ImportTable",
    "PutResourcePolicy",
    "RestoreTableToPointInTime",
    "TagResource",
    "UpdateContinuousBackups",
    "UpdateContributorInsights",
    "UpdateTable",
    "UpdateTimeToLive",
)
_OF_STREAMS = ("DescribeStream", "GetRecords", "GetShardIterator")

TABLE: Cases = {
    "Scan": lambda world: world.tenant("a").item("Scan"),
    "Scan of the index": lambda world: world.tenant("a").item("Scan", index="GSI1"),
    "Scan, if it named its key": lambda world: world.tenant("a").item(
        "Scan", "TENANT#a"
    ),
    "Scan of the index, if it named its key": lambda world: world.tenant("a").item(
        "Scan", "TENANT#a", index="GSI1"
    ),
    **{
        f"{action} with its own key": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").item(action, "TENANT#a")
        )
        for action in _PARTIQL
    },
    **{
        f"{action} without a key": lambda world, action=action: world.tenant("a").may(  # type: ignore[misc]
            f"dynamodb:{action}",
            world.arn("Orders"),
            dynamodb__FullTableScan="true",
        )
        for action in _PARTIQL
    },
    "PartiQLSelect in the index": lambda world: world.tenant("a").item(
        "PartiQLSelect", "TENANT#a", index="GSI1"
    ),
    "another tenant in the index": lambda world: world.tenant("a").item(
        "Query", "TENANT#b", index="GSI1"
    ),
    "a query of the index without a key": lambda world: world.tenant("a").item(
        "Query", index="GSI1"
    ),
    "tenant 1 the items of 10 in the index": lambda world: world.tenant("1").item(
        "Query", "TENANT#10", index="GSI1"
    ),
    "tenant a the items of A in the index": lambda world: world.tenant("a").item(
        "Query", "TENANT#A", index="GSI1"
    ),
    "a query of its own and another in the index": lambda world: world.tenant("a").item(
        "Query", "TENANT#a", "TENANT#b", index="GSI1"
    ),
    "the index that tenants do not lead": lambda world: world.tenant("a").item(
        "Query", "open", index="GSI2"
    ),
    "that index, by its own key": lambda world: world.tenant("a").item(
        "Query", "TENANT#a", index="GSI2"
    ),
    "an index of another name": lambda world: world.tenant("a").item(
        "Query", "TENANT#a", index="GSI10"
    ),
    "a get from the index": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#a", index="GSI1"
    ),
    "another table": lambda world: world.tenant("a").item(
        "GetItem", "TENANT#a", table="Invoices"
    ),
    **{
        f"{action} of the table": lambda world, action=action: world.tenant("a").may(  # type: ignore[misc]
            f"dynamodb:{action}", world.arn("Orders")
        )
        for action in _ON_TABLES
    },
    **{
        f"{action} of the stream": lambda world, action=action: world.tenant("a").may(  # type: ignore[misc]
            f"dynamodb:{action}",
            f"{world.arn('Orders')}/stream/2026-01-01T00:00:00.000",
        )
        for action in _OF_STREAMS
    },
    "a backup": lambda world: world.tenant("a").may(
        "dynamodb:RestoreTableFromBackup", f"{world.arn('Orders')}/backup/01"
    ),
    "an export": lambda world: world.tenant("a").may(
        "dynamodb:DescribeExport", f"{world.arn('Orders')}/export/01"
    ),
    "a list of all tables": lambda world: world.tenant("a").may(
        "dynamodb:ListTables", "*"
    ),
    "its own policy": lambda world: world.tenant("a").may(
        "iam:PutRolePolicy", world.arn("Tenant")
    ),
}

_ON_OBJECTS = ("GetObject", "PutObject", "DeleteObject")
_OTHER_ON_OBJECTS = (
    "BypassGovernanceRetention",
    "DeleteObjectVersion",
    "GetObjectAcl",
    "GetObjectVersion",
    "PutObjectAcl",
    "PutObjectRetention",
    "RestoreObject",
)
_OTHER_ON_BUCKETS = (
    "DeleteBucket",
    "DeleteBucketPolicy",
    "GetBucketPolicy",
    "GetInventoryConfiguration",
    "ListBucketMultipartUploads",
    "ListBucketVersions",
    "PutBucketPolicy",
    "PutLifecycleConfiguration",
    "PutReplicationConfiguration",
)
_PREFIXES = {
    "no prefix": None,
    "an empty prefix": "",
    "the folder of all tenants": "tenants/",
    "that without its slash": "tenants",
    "its folder without the slash": "tenants/a",
    "another tenant's folder": "tenants/b/",
    "a folder that begins alike": "tenants/ab/",
    "its folder somewhere else": "x/tenants/a/",
    "a part of its folder's name": "t",
    "a wildcard": "tenants/*/",
    "a wildcard behind its id": "tenants/a*",
    "a slash too many": "tenants//a/",
    "everything, by a slash": "/",
}

OBJECTS: Cases = {
    **{
        f"{action} of another tenant": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").object(action, "tenants/b/x")
        )
        for action in (*_ON_OBJECTS, "AbortMultipartUpload", "ListMultipartUploadParts")
    },
    **{
        f"{action} outside of all folders": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").object(action, "x")
        )
        for action in _ON_OBJECTS
    },
    **{
        f"{action} in its folder": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").object(action, "tenants/a/x")
        )
        for action in _OTHER_ON_OBJECTS
    },
    "tenant 1 the objects of 10": lambda world: world.tenant("1").object(
        "GetObject", "tenants/10/x"
    ),
    "tenant a the objects of ab": lambda world: world.tenant("a").object(
        "GetObject", "tenants/ab/x"
    ),
    "the object that is called like its folder": lambda world: world.tenant("a").object(
        "GetObject", "tenants/a"
    ),
    "its folder in another one": lambda world: world.tenant("a").object(
        "GetObject", "x/tenants/a/x"
    ),
    "its folder in that of another tenant": lambda world: world.tenant("a").object(
        "GetObject", "tenants/b/tenants/a/x"
    ),
    "its folder in another bucket": lambda world: world.tenant("a").object(
        "GetObject", "tenants/a/x", bucket="Archive"
    ),
    "a list of another bucket": lambda world: world.tenant("a").listing(
        "tenants/a/", bucket="Archive"
    ),
    **{
        f"a list with {what}": lambda world, prefix=prefix: (  # type: ignore[misc]
            world.tenant("a").listing(prefix)
        )
        for what, prefix in _PREFIXES.items()
    },
    **{
        f"{action} of its folder": lambda world, action=action: (  # type: ignore[misc]
            world.tenant("a").listing("tenants/a/", action)
        )
        for action in _OTHER_ON_BUCKETS
    },
}

KEY: Cases = {
    "Decrypt by itself": lambda world: world.tenant("a").decrypts(None),
    "Decrypt by way of another service": lambda world: world.tenant("a").decrypts(
        "secretsmanager"
    ),
    "another key by way of dynamodb": lambda world: world.tenant("a").decrypts(
        "dynamodb", key="Seal"
    ),
    "another key by way of s3": lambda world: world.tenant("a").decrypts(
        "s3", key="Seal"
    ),
    "Encrypt by itself": lambda world: world.tenant("a").decrypts(None, "Encrypt"),
    **{
        f"{action} by way of {via}": lambda world, action=action, via=via: (  # type: ignore[misc]
            world.tenant("a").decrypts(via, action)
        )
        for action in (
            "CreateGrant",
            "DisableKey",
            "PutKeyPolicy",
            "ScheduleKeyDeletion",
        )
        for via in (None, "dynamodb", "s3")
    },
}
