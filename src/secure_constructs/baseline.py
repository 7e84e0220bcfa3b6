"""Baseline: what all constructs of a stage or stack share, said once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Stack, Stage

from secure_constructs._inputs import has, named
from secure_constructs._notes import baseline_of, set_baseline, settled_at
from secure_constructs.tags import StandardTags
from secure_constructs.tier import Tier

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms, aws_sns as sns

    from secure_constructs.key import AppKey


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """
    What all constructs of an app, stage or stack share.

    A construct's own argument comes first, then the nearest baseline above it
    that has the setting, then the default.

    Args:
        tier: What the deployment is worth; see `Tier`.
        encryption_key: The key that encrypts what can be encrypted with one.
        alarm_topic: The topic that alarms report to.
        tags: The tags of all resources; see `StandardTags`.

    Example:
        >>> tags = StandardTags(env="prod", team="orders", service="shop")
        >>> Baseline(tier=Tier.PRODUCTION, tags=tags).apply_to(stage)
    """

    tier: Tier | None = None
    encryption_key: kms.IKey | AppKey | None = None
    alarm_topic: sns.ITopic | None = None
    tags: StandardTags | None = None

    def apply_to(self, scope: Stage | Stack) -> None:
        """
        Make this baseline hold for everything created in *scope* from now on.

        Args:
            scope: An app, stage or stack, before anything is created in it that
                the baseline's settings are to decide.

        Raises:
            TypeError: *scope* is none of these, or the tier is no `Tier`.
            ValueError: *scope* has a baseline already, or holds a construct
                that has already decided without one of these settings.
        """
        if not isinstance(scope, (Stage, Stack)):
            msg = f"Baseline: {scope!r} is no app, stage or stack; pass one of these"
            raise TypeError(msg)
        self._check_kinds()
        if baseline_of(scope):
            msg = f"Baseline: {named(scope)} already has one; say all of it in that"
            raise ValueError(msg)
        late = [name for name in sorted(settled_at(scope)) if getattr(self, name)]
        if late:
            msg = (
                f"Baseline: {named(scope)} holds a construct that has decided without "
                f"this {' and '.join(late)}; apply the baseline before that is created"
            )
            raise ValueError(msg)
        if self.tags is not None:
            self.tags.apply_to(scope)
        set_baseline(scope, self)

    def _check_kinds(self) -> None:
        kinds = (
            ("tier", isinstance(self.tier, Tier), "Tier; use Tier.PRODUCTION"),
            ("encryption_key", has(self.encryption_key, "key_arn"), "key"),
            ("alarm_topic", has(self.alarm_topic, "topic_arn"), "topic"),
            ("tags", isinstance(self.tags, StandardTags), "StandardTags"),
        )
        for name, is_right, kind in kinds:
            value = getattr(self, name)
            if value is not None and not is_right:
                raise TypeError(f"Baseline: {name}={value!r} is no {kind}")
