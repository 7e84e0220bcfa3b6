"""Tests for what TenantRole and TenantGrants refuse, before they make anything."""

# ruff: noqa: ARG005 - every maker takes what some of them need

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_iam as iam,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_s3 as s3,
    aws_sqs as sqs,
)

from secure_constructs import (
    SecureBucket,
    TableIndex,
    TenantGrants,
    TenantRole,
    TenantTable,
)
from tests.support.synth import template_of

LAMBDA = iam.ServicePrincipal("lambda.amazonaws.com")
ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:api"
TOKEN = cdk.Lazy.string
ONE_DAY, SECONDS = cdk.Duration.days(1), cdk.Duration.seconds(3599)


def broker(scope: Any, name: str = "Broker") -> iam.Role:
    """Return the role of a broker."""
    return iam.Role(scope, name, assumed_by=LAMBDA)


def tenant_role(stack: cdk.Stack, **options: Any) -> TenantRole:
    """Return a role for tenants."""
    return TenantRole(stack, "Tenant", **{"brokers": [broker(stack)], **options})


def imported(stack: cdk.Stack, arn: str) -> iam.IRole:
    """Return a role of that ARN that is made elsewhere."""
    return iam.Role.from_role_arn(stack, "Imported", arn)


# What is passed for the brokers, made in a stack with a role `own`; the kind of error,
# and what its message has to tell.
BROKERS: dict[str, tuple[Any, type[Exception], str]] = {
    "none": (
        lambda stack, own: [],
        ValueError,
        "brokers='.*' names nobody who could act for tenants; pass the functions",
    ),
    "one that is in no list": (
        lambda stack, own: own,
        TypeError,
        "brokers=.* is no list; write .function.",
    ),
    "the same twice": (
        lambda stack, own: [own, own],
        ValueError,
        r"brokers\[1\]='Stack/Own' is there twice; leave one out",
    ),
    "an ARN": (
        lambda stack, own: ["arn:aws:iam::111122223333:role/api"],
        TypeError,
        r"brokers\[0\]='arn.*' has no role that is known here; pass a role, or a",
    ),
    "the account": (
        lambda stack, own: [iam.AccountRootPrincipal()],
        TypeError,
        r"brokers\[0\]=.* has no role that is known here",
    ),
    "everybody": (
        lambda stack, own: [iam.AnyPrincipal()],
        TypeError,
        r"brokers\[0\]=.* has no role that is known here",
    ),
    "a service": (
        lambda stack, own: [LAMBDA],
        TypeError,
        r"brokers\[0\]=.* has no role that is known here",
    ),
    "a user": (
        lambda stack, own: [iam.User.from_user_name(stack, "User", "jo")],
        TypeError,
        r"brokers\[0\]='Stack/User' has no role that is known here",
    ),
    "a queue": (
        lambda stack, own: [sqs.Queue(stack, "Queue")],
        TypeError,
        r"brokers\[0\]='Stack/Queue' has no role that is known here",
    ),
    "a function whose role is not known": (
        lambda stack, own: [lambda_.Function.from_function_arn(stack, "Fn", FUNCTION)],
        TypeError,
        r"brokers\[0\]='Stack/Fn' has no role that is known here",
    ),
    "roles by a wildcard": (
        lambda stack, own: [imported(stack, "arn:aws:iam::111122223333:role/api-*")],
        ValueError,
        r"brokers\[0\]='arn.*api-\*' stands for more than one role; name each",
    ),
    "a TenantRole": (
        lambda stack, own: [TenantRole(stack, "First", brokers=[own])],
        ValueError,
        r"brokers\[0\]='Stack/First' is a tenant's role, and no tenant may become",
    ),
    "the role in a TenantRole": (
        lambda stack, own: [TenantRole(stack, "First", brokers=[own]).role],
        ValueError,
        r"brokers\[0\]='Stack/First/Default' is a tenant's role",
    ),
    "a function that runs as a tenant": (
        lambda stack, own: [
            lambda_.Function(
                stack,
                "Fn",
                role=TenantRole(stack, "First", brokers=[own]).role,
                code=lambda_.Code.from_inline("pass"),
                handler="index.handler",
                runtime=lambda_.Runtime.PYTHON_3_14,
            )
        ],
        ValueError,
        r"brokers\[0\]='Stack/Fn' is a tenant's role",
    ),
    "one in another stack": (
        lambda stack, own: [broker(cdk.Stack(stack.node.root, "Other"))],
        ValueError,
        (
            r"brokers\[0\]='Other/Broker' is in another stack, but each of the two "
            "roles names the other.*; create the TenantRole in the stack of its "
            "brokers, or import the role.*from_role_name"
        ),
    ),
    "one in a nested stack": (
        lambda stack, own: [broker(cdk.NestedStack(stack, "Nested"))],
        ValueError,
        r"brokers\[0\]='Stack/Nested/Broker' is in another stack",
    ),
}

# Options beside the brokers.
OPTIONS: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    **{
        f"the tag {key!r}": (
            {"tag_key": key},
            ValueError,
            (
                "tag_key=.* is no key of a tag: 1 to 128 letters, digits and .* not "
                "beginning with aws:; write for example 'TenantId'"
            ),
        )
        for key in (
            "",
            "aws:tenant",
            "AWS:tenant",
            "Tenant Id",
            "Tenant*",
            "Tenant?",
            "Tenant}",
            "Tenant, 'a'",
            "${TenantId}",
            "TenantId\n",
            "Ténant",
            129 * "a",
        )
    },
    "a tag that is no text": (
        {"tag_key": 7},
        TypeError,
        "tag_key=7 is no text; write 'TenantId'",
    ),
    "a tag that only the deployment knows": (
        {"tag_key": cdk.Aws.STACK_NAME},
        ValueError,
        "tag_key=.* is only known at deployment, but is a part of the names of",
    ),
    **{
        f"sessions of {each.to_seconds()} seconds": (
            {"max_session_duration": each},
            ValueError,
            "max_session_duration='.* minutes' is not 1 to 12 hours",
        )
        for each in (ONE_DAY, SECONDS)
    },
    "a session in seconds": (
        {"max_session_duration": 3600},
        TypeError,
        "max_session_duration=3600 is no Duration",
    ),
    "a name that IAM does not take": (
        {"role_name": "tenant role"},
        ValueError,
        "role_name='tenant role' is no name of a role",
    ),
    "a description that IAM does not take": (
        {"description": "日本"},
        ValueError,
        "description='日本' is no description that IAM takes",
    ),
    "a boundary that is no policy": (
        {"permissions_boundary": "limits"},
        TypeError,
        "permissions_boundary='limits' is no managed policy",
    ),
}


class TestRole:
    @pytest.mark.parametrize(("made", "kind", "problem"), BROKERS.values(), ids=BROKERS)
    def test_fails_on_brokers(self, stack, made, kind, problem):
        """The error says which broker is wrong, and what to pass."""
        brokers = made(stack, broker(stack, "Own"))
        before = len(stack.node.find_all())

        with pytest.raises(kind, match=f"TenantRole 'Stack/Tenant': {problem}"):
            TenantRole(stack, "Tenant", brokers=brokers)

        assert before == len(stack.node.find_all())

    @pytest.mark.parametrize(
        ("options", "kind", "problem"), OPTIONS.values(), ids=OPTIONS
    )
    def test_fails_on_options(self, stack, options, kind, problem):
        """The error names the option, the value and the way out; nothing is made."""
        own = broker(stack)

        with pytest.raises(kind, match=f"TenantRole 'Stack/Tenant': {problem}"):
            TenantRole(stack, "Tenant", brokers=[own], **options)

        assert [own.node.path] == [each.node.path for each in stack.node.children]
        assert [] == own.node.find_all()[2:]

    def test_works_after_an_error(self, stack):
        """An error leaves nothing that is in the way."""
        with pytest.raises(ValueError, match="names nobody"):
            TenantRole(stack, "Tenant", brokers=[])

        assert tenant_role(stack).role

    @pytest.mark.parametrize(
        "key", ["TenantId", "a", "shop:tenant", "a/b.c=d+e@f-g_h", 128 * "a"]
    )
    def test_takes_each_key_that_aws_takes(self, stack, key):
        """Whatever AWS takes as a key is a part of the conditions."""
        tenant_role(stack, tag_key=key)

        assert f"aws:RequestTag/{key}" in str(template_of(stack))

    def test_takes_tokens(self, stack):
        """The name and the description may be known at deployment only."""
        name = cdk.Fn.import_value("Name")

        assert tenant_role(stack, role_name=name, description=name).role


def table(stack: cdk.Stack) -> Any:
    """Return a table that exists already."""
    return dynamodb.TableV2.from_table_arn(stack, "Orders", ARN)


def bucket(stack: cdk.Stack) -> Any:
    """Return a bucket that exists already."""
    return s3.Bucket.from_bucket_name(stack, "Uploads", "uploads")


def with_alias(stack: cdk.Stack) -> Any:
    """Return a bucket that is encrypted with what only an alias names."""
    key = kms.Alias.from_alias_name(stack, "Alias", "alias/ours")
    return s3.Bucket.from_bucket_attributes(
        stack, "Uploads", bucket_name="uploads", encryption_key=key
    )


RESOURCES: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "a queue": (
        lambda stack: sqs.Queue(stack, "Queue"),
        {},
        TypeError,
        (
            "TenantGrants.of: resource=.* is neither a table nor a bucket; pass one of "
            "CDK, or import yours"
        ),
    ),
    "an ARN": (
        lambda stack: ARN,
        {},
        TypeError,
        "TenantGrants.of: resource='arn.*' is neither a table nor a bucket",
    ),
    "a SecureBucket": (
        lambda stack: SecureBucket(stack, "Uploads"),
        {},
        ValueError,
        (
            "TenantGrants 'Stack/Uploads': resource='Stack/Uploads' has these grants "
            "itself; use .grants of it"
        ),
    ),
    "a TenantTable": (
        lambda stack: TenantTable(stack, "Orders"),
        {},
        ValueError,
        "TenantGrants 'Stack/Orders': resource='Stack/Orders' has these grants itself",
    ),
    "the indexes of a bucket": (
        bucket,
        {"indexes": []},
        ValueError,
        r"TenantGrants 'Stack/Uploads': indexes=\[\] is not for a bucket; leave it out",
    ),
    "the keys of a bucket": (
        bucket,
        {"key_format": "TENANT#{tenant}"},
        ValueError,
        "key_format='TENANT#{tenant}' is not for a bucket",
    ),
    "the longer keys of a bucket": (
        bucket,
        {"compound_keys": False},
        ValueError,
        "compound_keys=False is not for a bucket",
    ),
    "the prefix of a table": (
        table,
        {"prefix": "tenants/"},
        ValueError,
        "TenantGrants 'Stack/Orders': prefix='tenants/' is not for a table",
    ),
    **{
        f"the prefix {prefix!r}": (
            bucket,
            {"prefix": prefix},
            ValueError,
            f"prefix='.*' {problem}",
        )
        for prefix, problem in {
            "tenants": "does not name a folder.*; write 'tenants/'",
            "/tenants/": "does not name a folder",
            "*/": "has one of",
            "t?nants/": "has one of",
            "${aws:username}/": "has one of",
        }.items()
    },
    "a prefix that is no text": (
        bucket,
        {"prefix": 1},
        TypeError,
        "prefix=1 is no text",
    ),
    "a key that is an alias": (
        with_alias,
        {},
        ValueError,
        "resource=.* is encrypted with a key that is known by an alias only",
    ),
    "an index that is no text": (
        table,
        {"indexes": [TableIndex("GSI1")]},
        TypeError,
        r"indexes\[0\]=.* is no str",
    ),
    "one index without a list": (
        table,
        {"indexes": "GSI1"},
        TypeError,
        "indexes='GSI1' is no list of str",
    ),
    **{
        f"the index {name!r}": (
            table,
            {"indexes": [name]},
            ValueError,
            r"indexes\[0\]='.*' is no name of an index: 3 to 255 letters",
        )
        for name in ("", "ab", "*", "GSI*", "GSI?", "GSI 1", "GSI/1", 256 * "a")
    },
    "an index twice": (
        table,
        {"indexes": ["GSI1", "GSI1"]},
        ValueError,
        r"indexes\[1\]='GSI1' is there twice; leave one out",
    ),
    **{
        f"keys like {key!r}": (
            table,
            {"key_format": key},
            ValueError,
            "key_format='.*' does not end with one of / : # . ~ and {tenant}, or has",
        )
        for key in (
            "",
            "{tenant}",
            "TENANT{tenant}",
            "TENANT-{tenant}",
            "TENANT_{tenant}",
            "TENANT#",
            "TENANT#{tenant}#",
            "TENANT#{id}",
            "TENANT#*{tenant}",
            "*#{tenant}",
            "TEN?NT#{tenant}",
            "${aws:username}#{tenant}",
            "#{tenant}#{tenant}",
            "TENANT#{tenant}\n",
        )
    },
    "keys that only the deployment knows": (
        table,
        {"key_format": cdk.Fn.join("", [cdk.Aws.STACK_NAME, "#{tenant}"])},
        ValueError,
        "key_format='.*' does not end with one of",
    ),
    "keys that are no text": (
        table,
        {"key_format": 1},
        TypeError,
        "key_format=1 is no text; write for example 'TENANT#{tenant}'",
    ),
    "longer keys that are no flag": (
        table,
        {"compound_keys": "yes"},
        TypeError,
        "compound_keys=yes is neither True nor False|compound_keys='yes' is neither",
    ),
}


class TestOf:
    @pytest.mark.parametrize(
        ("made", "options", "kind", "problem"), RESOURCES.values(), ids=RESOURCES
    )
    def test_fails_on(self, stack, made, options, kind, problem):
        """The error names the table or bucket, the option and the way out."""
        resource = made(stack)

        with pytest.raises(kind, match=problem):
            TenantGrants.of(resource, **options)

    def test_takes_names_of_indexes_that_only_the_deployment_knows(self, stack):
        """They are written into the ARN as they are."""
        name = cdk.Fn.import_value("Index")
        TenantGrants.of(table(stack), indexes=[name]).tenant_read(tenant_role(stack))

        assert "/index/', {'Fn::ImportValue': 'Index'}" in str(template_of(stack))

    def test_takes_a_bucket_as_a_whole(self, stack):
        """With an empty prefix the tenants' folders are not in another one."""
        TenantGrants.of(bucket(stack), prefix="").tenant_read(tenant_role(stack))

        assert ":s3:::uploads/${aws:PrincipalTag/TenantId}/*" in str(template_of(stack))


def grants_of(stack: cdk.Stack, kind: str) -> Any:
    """Return the grants of each kind of table and bucket."""
    made = {
        "table": lambda: TenantGrants.of(table(stack)),
        "bucket": lambda: TenantGrants.of(bucket(stack)),
        "SecureBucket": lambda: SecureBucket(stack, "Data").grants,
        "TenantTable": lambda: TenantTable(stack, "Data").grants,
    }
    return made[kind]()


@pytest.mark.parametrize("kind", ["table", "bucket", "SecureBucket", "TenantTable"])
class TestGrants:
    @pytest.mark.parametrize("access", ["tenant_read", "tenant_read_write"])
    def test_fail_on_another_role(self, stack, kind, access):
        """Any role but a TenantRole may get its tag from anybody."""
        grants = grants_of(stack, kind)
        role = broker(stack)

        with pytest.raises(
            TypeError, match="role='Stack/Broker' is no TenantRole; make one whose"
        ):
            getattr(grants, access)(role)

        assert [] == [
            each.node.path
            for each in stack.node.find_all()
            if isinstance(each, (iam.Policy, iam.ManagedPolicy))
        ]

    def test_fail_on_what_is_no_role(self, stack, kind):
        """The name of a role is not enough, either."""
        with pytest.raises(TypeError, match="role='Tenant' is no TenantRole"):
            grants_of(stack, kind).tenant_read("Tenant")

    def test_take_the_role_inside(self, stack, kind):
        """It is known as that of tenants, with its tag."""
        grants_of(stack, kind).tenant_read(tenant_role(stack, tag_key="Shop").role)

        assert "${aws:PrincipalTag/Shop}" in str(template_of(stack))


class TestOtherGrants:
    """What grants regardless of tenants does not take their role by accident."""

    @pytest.mark.parametrize("name", ["read", "put", "delete", "write", "read_write"])
    @pytest.mark.parametrize("prefix", ["", "tenants/", "tenants/shared/"])
    @pytest.mark.parametrize("inner", [False, True])
    def test_of_a_bucket_fail(self, stack, name, prefix, inner):
        """Each tenant would reach the folders of all."""
        data = SecureBucket(stack, "Data")
        role = tenant_role(stack)

        with pytest.raises(
            ValueError,
            match="grantee='Stack/Tenant.*' is the role of tenants, and each would "
            r"reach the folders of all; use tenant_read\(\) or",
        ):
            getattr(data.grants, name)(role.role if inner else role, prefix)

    def test_of_a_bucket_take_a_folder_of_all(self, stack):
        """Beside the tenants' folders there may be one that all of them read."""
        grant = SecureBucket(stack, "Data").grants.read(tenant_role(stack), "shared/")

        assert grant.success
