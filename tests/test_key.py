"""Tests for `secure_constructs.key`, and attacks on the key's policy."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam

from secure_constructs import AppKey, SecureBucket, Tier
from tests.support.cloud import Cloud
from tests.support.iam import ANONYMOUS, Request
from tests.support.synth import new_app, resources, synthesize, template_of


def key_of(stack: cdk.Stack) -> dict[str, Any]:
    """Return the one key of *stack*."""
    (key,) = resources(template_of(stack), "AWS::KMS::Key").values()
    return dict(key)


class TestDefaults:
    def test_rotates_yearly_and_is_not_deleted_in_haste(self, stack):
        """Yearly rotation, 30 days until a deletion (KEY-01)."""
        AppKey(stack, "Key")

        properties = key_of(stack)["Properties"]
        assert properties["EnableKeyRotation"]
        assert 365 == properties["RotationPeriodInDays"]
        assert 30 == properties["PendingWindowInDays"]

    def test_outlives_its_stack(self, stack):
        """What it encrypted can be read as long as it exists (KEY-01)."""
        AppKey(stack, "Key")

        assert "RetainExceptOnCreate" == key_of(stack)["DeletionPolicy"]

    def test_has_no_alias(self, stack):
        """A fixed name would collide where one account holds two copies."""
        AppKey(stack, "Key")

        assert {} == resources(template_of(stack), "AWS::KMS::Alias")


class TestOptions:
    def test_goes_with_a_development_stack(self, stack):
        """In development the key goes as well."""
        AppKey(stack, "Key", tier=Tier.DEVELOPMENT)

        assert "Delete" == key_of(stack)["DeletionPolicy"]

    def test_alias(self, stack):
        """An alias names the key."""
        AppKey(stack, "Key", alias="alias/orders")

        (alias,) = resources(template_of(stack), "AWS::KMS::Alias").values()
        assert "alias/orders" == alias["Properties"]["AliasName"]

    def test_alias_may_be_a_token(self, stack):
        """A name only known at deployment is not judged."""
        AppKey(stack, "Key", alias=f"alias/{cdk.Aws.STACK_NAME}")

        assert 1 == len(resources(template_of(stack), "AWS::KMS::Alias"))

    def test_fails_on_an_alias_that_is_no_text(self, stack):
        """A number is no name."""
        with pytest.raises(TypeError, match="alias=1 is no text"):
            AppKey(stack, "Key", alias=1)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "alias", ["orders", "alias/aws/s3", "alias/", "alias/a b", f"alias/{'x' * 251}"]
    )
    def test_fails_on_an_alias_that_cannot_be(self, stack, alias):
        """Aliases start with alias/, and alias/aws/ is AWS's own."""
        with pytest.raises(ValueError, match=f"alias='{alias}' is no alias of yours"):
            AppKey(stack, "Key", alias=alias)

        assert [] == stack.node.children


class TestOtherStacks:
    """The key in one stack, what it encrypts in others."""

    def test_serves_without_being_changed(self):
        """Nothing that another stack does with the key changes its policy."""
        alone = cdk.Stack(new_app(), "Keys")
        AppKey(alone, "Key")
        app = new_app()
        keys = cdk.Stack(app, "Keys")
        key = AppKey(keys, "Key")
        stack = cdk.Stack(app, "Data")
        role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())
        SecureBucket(stack, "Data", encryption_key=key).grants.read_write(role)

        policies = [key_of(each)["Properties"]["KeyPolicy"] for each in (alone, keys)]
        assert policies[0] == policies[1]

    def test_one_view_for_each_stack(self, app):
        """Two buckets of a stack share the view; a second key has its own."""
        keys = cdk.Stack(app, "Keys")
        one, two = AppKey(keys, "One"), AppKey(keys, "Two")
        stack = cdk.Stack(app, "Data")
        for index, key in enumerate([one, one, two]):
            SecureBucket(stack, f"Data{index}", encryption_key=key)

        views = stack.node.find_child("SecureConstructsKeys").node.children
        assert 2 == len(views)

    def test_serves_nested_stacks(self):
        """A nested stack gets the ARN as a parameter."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        key = AppKey(stack, "Key")
        SecureBucket(cdk.NestedStack(stack, "Nested"), "Data", encryption_key=key)

        assert set() == synthesize(app).findings


OURS, THEIRS = "111122223333", "444455556666"
SERVICES = ("cloudwatch", "events", "s3", "sns")
USES = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")


@pytest.fixture(scope="module")
def deployed() -> Cloud:
    """A deployed key."""
    app = new_app()
    AppKey(cdk.Stack(app, "Stack"), "Key")
    return Cloud.read(synthesize(app).directory)


class TestAttacks:
    """Who may do what with the key, by its policy (KEY-02)."""

    @pytest.fixture
    def may(self, deployed):
        """Whether *who* may do *action* with the key."""
        key = deployed.arn("Stack", "Key961B73FD")

        def decide(who: str, action: str, **context: Any) -> bool:
            keys = {name.replace("__", ":"): context[name] for name in context}
            return bool(deployed.decide(Request(who, action, key, keys)).allowed)

        return decide

    @pytest.mark.parametrize(
        "who", [ANONYMOUS, f"arn:aws:iam::{THEIRS}:root", "lambda.amazonaws.com"]
    )
    def test_strangers_may_nothing(self, may, who):
        """Neither the public, another account, nor a service that was not named."""
        assert not any(may(who, action, aws__SourceAccount=OURS) for action in USES)

    def test_the_account_delegates_by_iam_policies(self, may):
        """An administrator may use the key, and let others."""
        assert all(may(f"arn:aws:iam::{OURS}:root", action) for action in USES)

    @pytest.mark.parametrize("service", SERVICES)
    def test_services_may_use_it_for_this_account(self, may, service):
        """Each named service may use the key for this account's resources only."""
        who = f"{service}.amazonaws.com"

        assert all(may(who, action, aws__SourceAccount=OURS) for action in USES)
        assert not any(may(who, action, aws__SourceAccount=THEIRS) for action in USES)
        assert not any(may(who, action) for action in USES)

    def test_no_other_service_is_named(self):
        """The list is exact: each service on it can read what the key encrypts."""
        stack = cdk.Stack(new_app(), "Stack")
        AppKey(stack, "Key")
        statements = key_of(stack)["Properties"]["KeyPolicy"]["Statement"]

        assert [f"{name}.amazonaws.com" for name in SERVICES] == [
            name
            for statement in statements
            if statement["Sid"] == "ServicesForThisAccount"
            for name in statement["Principal"]["Service"]
        ]

    def test_services_may_do_nothing_else(self, may):
        """No service administers the key."""
        actions = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant")

        for action in actions:
            assert not may("events.amazonaws.com", action, aws__SourceAccount=OURS)

    @pytest.mark.parametrize(
        ("region", "account", "may_use"),
        [
            ("eu-west-1", OURS, True),
            ("us-east-1", OURS, False),
            ("eu-west-1", THEIRS, False),
        ],
    )
    def test_log_groups_of_this_account_and_region(self, may, region, account, may_use):
        """CloudWatch Logs may use the key for log groups beside it only."""
        group = f"arn:aws:logs:{region}:{account}:log-group:orders"
        context = {"kms__EncryptionContext:aws:logs:arn": group}
        who = "logs.eu-west-1.amazonaws.com"

        assert may_use == may(who, "kms:Decrypt", **context)
        assert may_use == may(who, "kms:Encrypt", **context)

    def test_only_services_create_grants(self, may):
        """A grant leaves no trace in any policy; people cannot make one."""
        who = f"arn:aws:iam::{OURS}:root"

        assert may(who, "kms:CreateGrant", kms__GrantIsForAWSResource=True)
        assert not may(who, "kms:CreateGrant", kms__GrantIsForAWSResource=False)
        assert not may(who, "kms:CreateGrant")


def test_logs_have_another_name_in_china():
    """There the service's principal ends as the partition's names do."""
    env = cdk.Environment(account=OURS, region="cn-north-1")
    app = new_app()
    AppKey(cdk.Stack(app, "Stack", env=env), "Key")
    cloud = Cloud.read(synthesize(app).directory, partition="aws-cn")

    key = cloud.arn("Stack", "Key961B73FD")
    group = f"arn:aws-cn:logs:cn-north-1:{OURS}:log-group:orders"
    context = {"kms:EncryptionContext:aws:logs:arn": group}
    who = "logs.cn-north-1.amazonaws.com.cn"
    assert cloud.decide(Request(who, "kms:Decrypt", key, context)).allowed
