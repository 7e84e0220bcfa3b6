"""Attacks on a SecureBucket: who may do what, by the synthesized policies."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam, aws_kms as kms

from secure_constructs import AppKey, GitHubOidcRole, GitHubSubject, SecureBucket
from tests.support.cloud import Cloud
from tests.support.iam import ANONYMOUS, Request
from tests.support.synth import FLAGS, new_app, resources, synthesize

ADMIN = "arn:aws:iam::111122223333:root"
OTHER_ACCOUNT = "arn:aws:iam::444455556666:root"
ENV = cdk.Environment(account="111122223333", region="eu-west-1")
SAFE = {"aws:SecureTransport": True, "s3:TlsVersion": 1.3}
LOGS = "SecureConstructsAccessLogs4455EC6C"


class World:
    """An app with two buckets, deployed: `Data` with a key or not, and `Other`."""

    def __init__(self, *, flags: Any = None, key: str = "", **options: Any) -> None:
        self.app = new_app(flags or {})
        self.stack = cdk.Stack(self.app, "Stack")
        where = cdk.Stack(self.app, "Keys") if key == "other stack" else self.stack
        self.key = AppKey(where, "Key") if key else None
        if self.key:
            options["encryption_key"] = self.key
        self.data = SecureBucket(self.stack, "Data", **options)
        SecureBucket(self.stack, "Other")
        self.role = iam.Role(self.stack, "Role", assumed_by=iam.AccountRootPrincipal())

    def deploy(self) -> None:
        """Synthesize the app; from now on it can be attacked."""
        self.cloud = Cloud.read(synthesize(self.app).directory)
        self.bucket = self.cloud.arn("Stack", "Data666C94C7")
        self.other = self.cloud.arn("Stack", "Other34654A52")
        self.logs = self.cloud.arn("Stack", LOGS)
        self.user = self.cloud.arn("Stack", "Role1ABCC5F0")

    def may(self, action: str, resource: str, who: str = "", **more: Any) -> bool:
        """Whether a principal, by default the role, may do that over TLS 1.3."""
        context = {**SAFE, **{key.replace("__", ":"): more[key] for key in more}}
        request = Request(who or self.user, action, resource, context)
        return self.cloud.decide(request).allowed


def granted(name: str, prefix: str = "", **options: Any) -> World:
    """Return a deployed world in which the role has one of the grants."""
    world = World(**options)
    getattr(world.data.grants, name)(world.role, prefix)
    world.deploy()
    return world


@pytest.fixture
def world() -> World:
    """A deployed world without any grant."""
    world = World()
    world.deploy()
    return world


def allowed(world: World, bucket: str, context: dict[str, Any]) -> bool:
    """Whether an administrator may read the bucket and its objects that way."""
    return all(
        world.cloud.decide(Request(ADMIN, action, resource, context)).allowed
        for action, resource in (
            ("s3:ListBucket", bucket),
            ("s3:GetObject", f"{bucket}/x"),
        )
    )


def denied(world: World, bucket: str, context: dict[str, Any]) -> bool:
    """Whether even an administrator may do neither that way."""
    return not any(
        world.cloud.decide(Request(ADMIN, action, resource, context)).allowed
        for action, resource in (
            ("s3:ListBucket", bucket),
            ("s3:PutObject", f"{bucket}/x"),
        )
    )


class TestTransport:
    """Nobody gets at anything over plain http or an old TLS (S3-03)."""

    @pytest.mark.parametrize("name", ["bucket", "logs"])
    def test_modern_tls_is_let_in(self, world, name):
        """TLS 1.2 and 1.3 work."""
        for version in (1.2, 1.3):
            context = {"aws:SecureTransport": True, "s3:TlsVersion": version}

            assert allowed(world, getattr(world, name), context)

    @pytest.mark.parametrize("name", ["bucket", "logs"])
    def test_plain_http_is_refused(self, world, name):
        """Without TLS even an administrator is refused."""
        assert denied(world, getattr(world, name), {"aws:SecureTransport": False})

    @pytest.mark.parametrize("version", [1.0, 1.1])
    @pytest.mark.parametrize("name", ["bucket", "logs"])
    def test_old_tls_is_refused(self, world, name, version):
        """With TLS 1.0 or 1.1 even an administrator is refused."""
        context = {"aws:SecureTransport": True, "s3:TlsVersion": version}

        assert denied(world, getattr(world, name), context)


class TestStrangers:
    """Nobody gets in who was not let in."""

    @pytest.mark.parametrize("who", [ANONYMOUS, OTHER_ACCOUNT])
    @pytest.mark.parametrize("name", ["bucket", "logs"])
    def test_cannot_read_write_or_list(self, world, name, who):
        """Neither the public nor another account can do anything."""
        arn = getattr(world, name)

        assert not world.may("s3:GetObject", f"{arn}/x", who)
        assert not world.may("s3:PutObject", f"{arn}/x", who)
        assert not world.may("s3:ListBucket", arn, who)


class TestEncryption:
    """With a key of one's own nothing else encrypts (S3-02)."""

    def put(self, world: World, **headers: str) -> bool:
        """Whether the role may put an object with these headers."""
        names = {
            "sse": "s3__x-amz-server-side-encryption",
            "key": "s3__x-amz-server-side-encryption-aws-kms-key-id",
        }
        more = {names[header]: value for header, value in headers.items()}
        return world.may("s3:PutObject", f"{world.bucket}/in/x", **more)

    @pytest.mark.parametrize("where", ["same stack", "other stack"])
    def test_no_header_is_let_in(self, where):
        """A client that says nothing gets the bucket's key."""
        world = granted("put", "in/", key=where)

        assert self.put(world)

    @pytest.mark.parametrize("algorithm", ["aws:kms", "aws:kms:dsse"])
    def test_the_key_itself_is_let_in(self, algorithm):
        """A client may name the bucket's key."""
        world = granted("put", "in/", key="same stack")
        key = world.cloud.arn("Stack", "Key961B73FD")

        assert self.put(world, sse=algorithm, key=key)

    @pytest.mark.parametrize(
        "headers",
        [
            {"sse": "AES256"},
            {"sse": "aws:kms"},
            {"sse": "aws:kms", "key": "arn:aws:kms:eu-west-1:444455556666:key/foreign"},
            {"sse": "aws:kms:dsse", "key": "alias/aws/s3"},
        ],
        ids=["S3's", "AWS's by default", "foreign", "AWS's by name"],
    )
    def test_any_other_is_refused(self, headers):
        """Another key, or S3's own, is refused."""
        world = granted("put", "in/", key="same stack")

        assert not self.put(world, **headers)

    def test_without_a_key_of_ones_own_any_header_is_let_in(self):
        """Where S3 encrypts, a client may ask for that."""
        assert self.put(granted("put", "in/"), sse="AES256")


class TestPresignedUrls:
    """Presigned URLs end with the cap of the bucket (S3-11)."""

    def get(self, age: int, auth: str) -> bool:
        """Whether a request signed so many milliseconds ago is let in."""
        world = granted("read", presigned_url_max_age=cdk.Duration.minutes(15))
        more: dict[str, Any] = {"s3__signatureAge": age, "s3__authType": auth}
        return world.may("s3:GetObject", f"{world.bucket}/x", **more)

    def test_young_is_let_in(self):
        """A URL works for as long as the cap says."""
        assert self.get(15 * 60 * 1000, "REST-QUERY-STRING")

    def test_old_is_refused(self):
        """A millisecond later it is refused."""
        assert not self.get(15 * 60 * 1000 + 1, "REST-QUERY-STRING")

    def test_old_is_refused_for_writing_as_well(self):
        """A URL for an upload ends like one for a download."""
        world = granted("put", "in/", presigned_url_max_age=cdk.Duration.minutes(15))
        more: dict[str, Any] = {"s3__authType": "REST-QUERY-STRING"}
        arn = f"{world.bucket}/in/x"

        assert world.may("s3:PutObject", arn, s3__signatureAge=1000, **more)
        assert not world.may("s3:PutObject", arn, s3__signatureAge=10**6, **more)

    def test_requests_without_url_are_left_alone(self):
        """A client with credentials signs each request anew."""
        assert self.get(16 * 60 * 1000, "REST-HEADER")


class TestLogDelivery:
    """Access logs come from S3, for these buckets, of this account (S3-06)."""

    def deliver(self, world: World, source: str, account: str = "111122223333") -> bool:
        """Whether S3 may deliver a log for that source."""
        more = {"aws__SourceArn": source, "aws__SourceAccount": account}
        who = "logging.s3.amazonaws.com"
        return world.may("s3:PutObject", f"{world.logs}/x", who, **more)

    def test_for_each_bucket_of_the_stack(self, world):
        """Both buckets' logs arrive."""
        assert self.deliver(world, world.bucket)
        assert self.deliver(world, world.other)

    def test_not_for_another_bucket(self, world):
        """Nobody fills the log bucket by naming it as a target."""
        assert not self.deliver(world, "arn:aws:s3:::somebody-elses")
        assert not self.deliver(world, f"{world.bucket}-2")

    def test_not_for_another_account(self, world):
        """A bucket that was deleted, and made again by somebody else, is not ours."""
        assert not self.deliver(world, world.bucket, "444455556666")

    def test_by_no_other_service(self, world):
        """Only the service that delivers logs is let in."""
        more = {"aws__SourceArn": world.bucket, "aws__SourceAccount": "111122223333"}
        who = "delivery.logs.amazonaws.com"

        assert not world.may("s3:PutObject", f"{world.logs}/x", who, **more)

    def test_is_all_that_the_service_may(self, world):
        """It may neither read nor delete what it delivered."""
        more = {"aws__SourceArn": world.bucket, "aws__SourceAccount": "111122223333"}
        who = "logging.s3.amazonaws.com"

        for action in ("s3:GetObject", "s3:DeleteObject"):
            assert not world.may(action, f"{world.logs}/x", who, **more)


# What each grant lets its grantee do under its prefix.
GRANTS = {
    "read": {"s3:GetObject"},
    "put": {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"},
    "delete": {"s3:DeleteObject"},
}
GRANTS["write"] = GRANTS["put"] | GRANTS["delete"]
GRANTS["read_write"] = GRANTS["read"] | GRANTS["write"]
ON_OBJECTS = {
    *GRANTS["read_write"],
    "s3:DeleteObjectVersion",
    "s3:GetObjectVersion",
    "s3:PutObjectAcl",
    "s3:PutObjectRetention",
    "s3:BypassGovernanceRetention",
}
ON_BUCKETS = {
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketPolicy",
    "s3:ListBucketVersions",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutLifecycleConfiguration",
}


@pytest.mark.parametrize("nested", [False, True], ids=["beside", "nested"])
@pytest.mark.parametrize("env", [None, ENV], ids=["agnostic", "with env"])
def test_grants_reach_a_role_and_a_key_of_other_stacks(env, nested):
    """Key, bucket and role in three stacks: the role can read what is encrypted."""
    app = new_app()
    key = AppKey(cdk.Stack(app, "Keys", env=env), "Key")
    outer = cdk.Stack(app, "Data", env=env)
    stack = cdk.NestedStack(outer, "Nested") if nested else outer
    data = SecureBucket(stack, "Data", encryption_key=key)
    roles = cdk.Stack(app, "Roles", env=env)
    role = iam.Role(roles, "Role", assumed_by=iam.AccountRootPrincipal())
    data.grants.read(role)
    cloud = Cloud.read(synthesize(app).directory)

    user = cloud.arn("Roles", "Role1ABCC5F0")
    (bucket,) = (
        each.arn
        for each in cloud.resources("AWS::S3::Bucket")
        if "Data" in each.logical_id
    )
    for action, arn in (
        ("kms:Decrypt", cloud.arn("Keys", "Key961B73FD")),
        ("s3:GetObject", f"{bucket}/x"),
    ):
        assert cloud.decide(Request(user, action, arn, SAFE)).allowed


@pytest.mark.parametrize("name", GRANTS)
class TestGrants:
    """Each grant lets its grantee do what it says, where it says, and no more."""

    def test_allows_exactly_its_actions(self, name):
        """Under the prefix, nothing but the actions of the grant."""
        world = granted(name, "in/")

        assert GRANTS[name] == {
            action for action in ON_OBJECTS if world.may(action, f"{world.bucket}/in/x")
        }

    @pytest.mark.parametrize("key", ["out/x", "in", "inner/x", "IN/x", "x/in/x"])
    def test_allows_nothing_beside_its_prefix(self, name, key):
        """Keys that start otherwise, or only alike, are out of reach."""
        world = granted(name, "in/")

        assert not any(
            world.may(action, f"{world.bucket}/{key}") for action in ON_OBJECTS
        )

    def test_allows_nothing_in_other_buckets(self, name):
        """A grant on one bucket is none on the next, nor on the logs."""
        world = granted(name)

        assert not any(
            world.may(action, f"{arn}/x")
            for arn in (world.other, world.logs)
            for action in ON_OBJECTS
        )

    def test_allows_nothing_to_do_with_the_bucket_itself(self, name):
        """Nobody administers a bucket by way of a grant."""
        world = granted(name)

        assert not any(world.may(action, world.bucket) for action in ON_BUCKETS)

    @pytest.mark.parametrize("where", ["same stack", "other stack"])
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_includes_the_key(self, name, where, flags):
        """Who may read may decrypt, who may write may encrypt, and no more."""
        world = granted(name, key=where, flags=flags)
        stack = "Keys" if where == "other stack" else "Stack"
        key = world.cloud.arn(stack, "Key961B73FD")
        may = {"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:CreateGrant"}

        expected = {
            "read": {"kms:Decrypt"},
            "delete": set(),
        }.get(name, {"kms:Decrypt", "kms:GenerateDataKey"})
        assert expected == {action for action in may if world.may(action, key)}


class TestListing:
    """Who may read under a prefix may list that prefix, and nothing else."""

    @pytest.mark.parametrize("prefix", ["in/", "in/deeper/", "in/x"])
    def test_allows_the_prefix(self, prefix):
        """The folder and what is in it can be listed."""
        world = granted("read", "in/")

        assert world.may("s3:ListBucket", world.bucket, s3__prefix=prefix)

    @pytest.mark.parametrize("prefix", ["", "i", "in", "inner/", "out/", "IN/"])
    def test_refuses_other_prefixes(self, prefix):
        """Neither the whole bucket nor what starts alike can be listed."""
        world = granted("read", "in/")

        assert not world.may("s3:ListBucket", world.bucket, s3__prefix=prefix)

    def test_refuses_to_list_without_prefix(self):
        """A listing that names no prefix is one of the whole bucket."""
        world = granted("read", "in/")

        assert not world.may("s3:ListBucket", world.bucket)

    def test_without_prefix_allows_everything(self):
        """Who may read everything may list everything."""
        world = granted("read")

        assert world.may("s3:ListBucket", world.bucket)
        assert world.may("s3:GetBucketLocation", world.bucket)

    @pytest.mark.parametrize("name", ["put", "delete", "write"])
    def test_is_no_part_of_writing(self, name):
        """Who may only write sees nothing."""
        world = granted(name)

        assert not world.may("s3:ListBucket", world.bucket)


class TestGrantees:
    """Who can be granted something, and who cannot."""

    @pytest.mark.parametrize(
        "grantee",
        [iam.AnyPrincipal(), iam.StarPrincipal(), iam.ArnPrincipal("*")],
        ids=["any", "star", "ARN"],
    )
    def test_fails_on_everybody(self, stack, grantee):
        """The bucket would be public, if S3 did not refuse the policy."""
        data = SecureBucket(stack, "Data")

        with pytest.raises(ValueError, match=r"grantee='\*' is everybody; name the"):
            data.grants.read(grantee)

    def test_fails_on_a_service_without_conditions(self, stack):
        """A service acts for every account that asks it to."""
        data = SecureBucket(stack, "Data")
        service = iam.ServicePrincipal("cloudfront.amazonaws.com")

        with pytest.raises(ValueError, match="grantee='cloudfront.amazonaws.com' acts"):
            data.grants.read(service)

    def test_lets_a_service_in_for_this_account(self):
        """With a condition on the account the service is let in for that only."""
        world = World()
        account = {"StringEquals": {"aws:SourceAccount": world.stack.account}}
        service = iam.ServicePrincipal("cloudfront.amazonaws.com")
        world.data.grants.read(service.with_conditions(account))
        world.deploy()
        ours, theirs = "111122223333", "444455556666"

        def may(account):
            who = "cloudfront.amazonaws.com"
            arn = f"{world.bucket}/x"
            return world.may("s3:GetObject", arn, who, aws__SourceAccount=account)

        assert may(ours)
        assert not may(theirs)

    def test_fails_where_the_key_cannot_be_granted(self):
        """Without the key, what the service is let in to read stays encrypted."""
        world = World(key="other stack")
        service = iam.ServicePrincipal("cloudfront.amazonaws.com").with_conditions(
            {"StringEquals": {"aws:SourceAccount": world.stack.account}}
        )

        with pytest.raises(
            ValueError, match="has no policy of its own, and that of the"
        ):
            world.data.grants.read(service)

    def test_fails_on_what_is_no_grantee(self, stack):
        """A name is no principal."""
        data = SecureBucket(stack, "Data")

        with pytest.raises(TypeError, match="grantee='role' is no IGrantable"):
            data.grants.read("role")  # type: ignore[arg-type]


class TestPrefixes:
    @pytest.mark.parametrize(
        ("prefix", "message"),
        [
            ("in", "does not name a folder.*write 'in/'"),
            ("/in/", "does not name a folder.*write 'in/'"),
            ("*", r"has one of \* \? \$"),
            ("in/*/", r"has one of \* \? \$"),
            ("in?/", r"has one of \* \? \$"),
            ("${aws:username}/", r"has one of \* \? \$"),
        ],
    )
    def test_fails_on_a_pattern(self, stack, prefix, message):
        """What IAM takes for a pattern reaches more than it says."""
        data = SecureBucket(stack, "Data")
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

        with pytest.raises(ValueError, match=message):
            data.grants.read(role, prefix)

    def test_fails_on_what_is_no_text(self, stack):
        """A list of prefixes is several grants."""
        data = SecureBucket(stack, "Data")
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

        with pytest.raises(TypeError, match="is no text; write for example 'in/'"):
            data.grants.read(role, ["in/"])  # type: ignore[arg-type]

    def test_takes_a_token(self):
        """A folder can be named after what is only known later."""
        world = World()
        world.data.grants.read(world.role, f"{cdk.Aws.ACCOUNT_ID}/")
        world.deploy()

        assert world.may("s3:GetObject", f"{world.bucket}/111122223333/x")
        assert not world.may("s3:GetObject", f"{world.bucket}/444455556666/x")


def test_a_users_own_key_is_granted_as_cdk_does():
    """A key that is no AppKey gets the permission wherever CDK puts it."""
    app = new_app()
    stack = cdk.Stack(app, "Stack")
    data = SecureBucket(stack, "Data", encryption_key=kms.Key(stack, "Key"))
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
    data.grants.read(role)
    cloud = Cloud.read(synthesize(app).directory)

    key = cloud.arn("Stack", "Key961B73FD")
    request = Request(cloud.arn("Stack", "Role1ABCC5F0"), "kms:Decrypt", key)
    assert cloud.decide(request).allowed


def test_a_role_of_another_account_is_let_in_by_the_bucket_too():
    """What a role of ours may do in its own account opens no bucket elsewhere."""
    app = new_app()
    data = SecureBucket(
        cdk.Stack(app, "Data", env=ENV), "Data", bucket_name="orders-data"
    )
    there = cdk.Environment(account="444455556666", region="eu-west-1")
    role = GitHubOidcRole(
        cdk.Stack(app, "Jobs", env=there),
        "Deploy",
        role_name="deploy",
        repository="myorg/myrepo",
        owner_id="123456",
        repository_id="7891011",
        subjects=[GitHubSubject.branch("main")],
    )
    data.grants.read(role, "in/")

    template = synthesize(app).templates["Data.template.json"]
    statements = [
        statement
        for policy in resources(template, "AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"] == [
        each["Action"] for each in statements if "role/deploy" in str(each["Principal"])
    ]
