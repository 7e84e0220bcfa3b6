"""AppKey: one customer-managed key for a whole app."""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, cast

from aws_cdk import Duration, Stack, aws_iam as iam, aws_kms as kms
from constructs import Construct

from secure_constructs._event_key import statements_for_events
from secure_constructs._inputs import Inputs, has, is_token
from secure_constructs._place import place_of
from secure_constructs._promises import keep_promises, not_given

if TYPE_CHECKING:
    from secure_constructs._place import Place
    from secure_constructs.tier import Tier

_ALIAS = re.compile(r"alias/[A-Za-z0-9/_-]{1,250}")
_PENDING = Duration.days(30)
_ROTATION = Duration.days(365)
_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]
# Services that use a key of their own accord, for this library's constructs:
# EventBridge for its buses and archives and to fill encrypted queues, CloudWatch
# and SNS for alarms on the way to encrypted topics and queues, S3 for events.
_SERVICES = ("cloudwatch", "events", "s3", "sns")


class AppKey(Construct):
    """
    Define the customer-managed key of an app.

    Everything that takes an `encryption_key` takes an `AppKey`, also in other
    stacks: these see it by its ARN, and its policy names the services that may
    use it from the start, so that no stack ever has to change it.

    - The key rotates every year and waits 30 days before it is deleted;
      in production it outlives its stack (KEY-01).
    - The account's administrators hand out its use by IAM policies. CloudWatch
      Logs, EventBridge, CloudWatch, SNS and S3 may use it for resources of this
      account only. Nobody may create grants but AWS services (KEY-02).

    Resources: one key. Cost: $1 a month, and another dollar after each of the
    first two rotations, plus requests.

    Args:
        scope: The stack or construct this key belongs to.
        construct_id: Part of the key's logical ID; changing it makes a new key,
            and what the old one encrypted stays encrypted with that.
        alias: A name for the key, such as `alias/orders`; defaults to none,
            because a fixed one collides where an account holds two copies.
        tier: What the deployment is worth; defaults to the nearest baseline's.

    Raises:
        ValueError: *alias* does not start with `alias/`, or the tier is
            development in a stack with termination protection.

    Attributes:
        key: The key itself, for what this class does not cover.
        key_arn: The key's ARN.

    Example:
        >>> key = AppKey(shared_stack, "Key")
        >>> SecureBucket(data_stack, "Invoices", encryption_key=key)
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alias: str | None = None,
        tier: Tier | None = None,
    ) -> None:
        inputs = Inputs("AppKey", scope, construct_id)
        place = place_of(inputs, scope)
        by_default = not_given(tier=tier)
        tier = place.tier_for(inputs, tier)
        _check_alias(inputs, alias)
        super().__init__(scope, construct_id)

        self.key = kms.Key(
            self,
            "Default",
            alias=alias,
            enable_key_rotation=True,
            rotation_period=_ROTATION,
            pending_window=_PENDING,
            removal_policy=tier.removal_policy,
            policy=_policy(place),
        )
        self.key_arn = self.key.key_arn
        self._place = place
        self._views: dict[Stack, kms.IKey] = {}
        keep_promises(
            self.key, kind="AppKey", place=place, tier=tier, by_default=by_default
        )

    def in_place(self, place: Place) -> kms.IKey:
        """
        Return the key as the constructs of *place* are to use it.

        In another stack that is a view by ARN: given the key itself, several of
        CDK's constructs write into its policy, and the stacks then depend on
        each other.
        """
        if place.stack is self._place.stack:
            return self.key
        if place.stack not in self._views:
            views = place.stack.node.try_find_child("SecureConstructsKeys")
            views = views or Construct(place.stack, "SecureConstructsKeys")
            view = kms.Key.from_key_arn(
                cast("Construct", views), self.node.addr, self.key_arn
            )
            self._views[place.stack] = view
        return self._views[place.stack]

    def unreachable_from(self, place: Place) -> str | None:
        """Return why the constructs of *place* cannot use this key, if so."""
        own, other = self._place.stack, place.stack
        # A stack that has a view already was found to be near enough.
        if own is other or other in self._views:
            return None
        for part, here, there in (
            ("region", own.region, other.region),
            ("account", own.account, other.account),
        ):
            if here != there and not _both_open(here, there):
                return (
                    f"is an AppKey in {part} {_named(here)}, but this stack is in "
                    f"{_named(there)}; give both stacks the same env="
                )
        return None


def check_key(inputs: Inputs, place: Place, key: kms.IKey | AppKey | None) -> None:
    """Raise if the constructs of *place* cannot be encrypted with *key*."""
    if key is None:
        return
    if isinstance(key, AppKey):
        problem = key.unreachable_from(place)
    elif not has(key, "key_arn"):
        problem = "is no key; pass a kms.Key, an imported key or an AppKey"
        raise inputs.wrong_kind("encryption_key", key, problem)
    else:
        problem = _foreign(key, place)
    if problem:
        raise inputs.wrong("encryption_key", key.node.path, problem)


def check_no_alias(inputs: Inputs, option: str, key: kms.IKey | None) -> None:
    """Raise if what *option* gives is encrypted with an alias, which IAM ignores."""
    if key is not None and ":alias/" in key.key_arn:
        problem = (
            "is encrypted with a key that is known by an alias only, which no policy "
            "can name; pass the key itself to it"
        )
        raise inputs.wrong(option, key.node.path, problem)


def key_in(place: Place, key: kms.IKey | AppKey | None) -> kms.IKey | None:
    """Return *key* as CDK's own constructs take it."""
    return key.in_place(place) if isinstance(key, AppKey) else key


def _foreign(key: kms.IKey, place: Place) -> str | None:
    """Return why a key that is no `AppKey` cannot be used, if that is known."""
    if ":alias/" in key.key_arn:
        return "is an alias, which can be moved to another key; pass the key itself"
    region, here = key.env.region, place.stack.region
    if region == here or is_token(region) or is_token(here):
        return None
    return f"is in region {region}, but the stack is in {here}; use a key from there"


def _both_open(here: str, there: str) -> bool:
    """Whether both are left to the deployment; CDK then takes them for the same."""
    return is_token(here) and is_token(there)


def _named(environment: str) -> str:
    return "unknown" if is_token(environment) else environment


def _check_alias(inputs: Inputs, alias: str | None) -> None:
    if alias is None:
        return
    if not isinstance(alias, str):
        raise inputs.wrong_kind("alias", alias, "is no text; write 'alias/orders'")
    known = is_token(alias) or _ALIAS.fullmatch(alias)
    if not known or alias.startswith("alias/aws/"):
        problem = (
            "is no alias of yours; write alias/ and up to 250 letters, digits, /, _ "
            "or -, such as 'alias/orders'"
        )
        raise inputs.wrong("alias", alias, problem)


def _policy(place: Place) -> iam.PolicyDocument:
    """Return the whole policy of the key: nothing is ever added to it."""
    account = {"StringEquals": {"aws:SourceAccount": place.account}}
    logs = f"arn:{place.partition}:logs:{place.region}:{place.account}:*"
    statements = [
        {
            "Sid": "AccountDelegatesByIamPolicies",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{place.partition}:iam::{place.account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "OnlyServicesCreateGrants",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "kms:CreateGrant",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"kms:GrantIsForAWSResource": "false"}},
        },
        {
            "Sid": "LogsOfThisAccount",
            "Effect": "Allow",
            # The one service whose principal ends in amazonaws.com.cn in China.
            "Principal": {"Service": f"logs.{place.region}.{place.stack.url_suffix}"},
            "Action": [*_USE, "kms:Encrypt", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
        },
        {
            "Sid": "ServicesForThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": [f"{name}.amazonaws.com" for name in _SERVICES]},
            "Action": _USE,
            "Resource": "*",
            "Condition": account,
        },
        *statements_for_events(place),
    ]
    return iam.PolicyDocument.from_json(
        {"Version": "2012-10-17", "Statement": statements}
    )
