"""Where a construct stands: its stack, and what was decided for that stack."""

from __future__ import annotations

import functools

from typing import TYPE_CHECKING, cast

from aws_cdk import NestedStack, Stack
from constructs import Construct

from secure_constructs._granted_role import role_of
from secure_constructs._inputs import is_token
from secure_constructs._notes import nearest, settle
from secure_constructs.tier import Tier, tier_by_context

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms, aws_sns as sns
    from constructs import IConstruct

    from secure_constructs._inputs import Inputs
    from secure_constructs.key import AppKey
    from secure_constructs.tags import StandardTags

_PLACE = "_secure_constructs_place"
_STACK = "_secure_constructs_stack"


class Place:
    """
    What holds for every construct of one stack; asked for once per stack.

    Attributes:
        stack: The stack, nested or not.
        scopes: The stack and everything above it, from the root down.
        deployed: The top-level stack, with which a nested one is deployed.
    """

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        node = stack.node
        self.scopes = node.scopes
        self.deployed = _deployed(self.scopes)
        self._node = node

    @property
    def is_nested(self) -> bool:
        """Whether the stack is deployed as a part of another."""
        return self.stack is not self.deployed

    @property
    def tier(self) -> Tier:
        """What the deployment is worth where a construct does not say."""
        return cast("Tier | None", nearest(self.scopes, "tier")) or self._by_context

    @functools.cached_property
    def _by_context(self) -> Tier:
        return tier_by_context(self._node)

    def settle(self, *settings: str) -> None:
        """
        Hold on to this place for the next constructs of its stack.

        Only called once a construct exists, with the *settings* that it decided
        by: one that fails decides nothing.
        """
        setattr(self.stack, _PLACE, self)
        settle(self.scopes, settings)

    @property
    def encryption_key(self) -> kms.IKey | AppKey | None:
        """The nearest baseline's key, if one has it."""
        key = nearest(self.scopes, "encryption_key")
        return cast("kms.IKey | AppKey | None", key)

    @property
    def alarm_topic(self) -> sns.ITopic | None:
        """The nearest baseline's topic for alarms, if one has it."""
        return cast("sns.ITopic | None", nearest(self.scopes, "alarm_topic"))

    @property
    def service(self) -> str | None:
        """The tag `Service` of the nearest baseline, if one has tags."""
        tags = cast("StandardTags | None", nearest(self.scopes, "tags"))
        return tags.service if tags else None

    @functools.cached_property
    def account(self) -> str:
        """The account of the stack, or a reference to it."""
        return str(self.stack.account)

    @functools.cached_property
    def partition(self) -> str:
        """The partition of the stack, or a reference to it."""
        return str(self.stack.partition)

    @functools.cached_property
    def region(self) -> str:
        """The region of the stack, or a reference to it."""
        return str(self.stack.region)

    @functools.cached_property
    def bootstrap_qualifier(self) -> str | None:
        """The qualifier of the bootstrap stack by which the stack is deployed."""
        return self.deployed.synthesizer.bootstrap_qualifier

    @functools.cached_property
    def protected(self) -> bool:
        """Whether the deployed stack has termination protection."""
        return bool(self.deployed.termination_protection)

    def tier_for(self, inputs: Inputs, tier: Tier | None) -> Tier:
        """
        Return the tier of one construct.

        Raises:
            TypeError: *tier* is no tier.
            ValueError: The development tier in a stack that is protected
                against its own deletion: one of the two is a mistake, and the
                tier's mistake would delete data.
        """
        inputs.tier(tier)
        chosen = tier or self.tier
        if chosen is Tier.DEVELOPMENT and self.protected:
            problem = (
                "deletes its data with its stack, but the stack has termination "
                "protection; pass tier=Tier.PRODUCTION, or take the protection off"
            )
            raise inputs.wrong("tier", chosen, problem)
        return chosen


def place_of(inputs: Inputs, scope: Construct) -> Place:
    """
    Return the place of what is created in *scope*.

    Raises:
        ValueError: *scope* is in no stack.
    """
    stack = scope if isinstance(scope, Stack) else _stack_of(inputs, scope)
    return cast("Place | None", getattr(stack, _PLACE, None)) or Place(stack)


def deployed_stack(construct: IConstruct) -> Stack:
    """Return the stack with which *construct* is deployed."""
    return _deployed(construct.node.scopes)


def check_nearby(
    inputs: Inputs, option: str, grantee: object, stack: Stack, *, named: bool
) -> None:
    """
    Raise if a grant to *grantee* would name a table of *stack* anew, or do nothing.

    For another account or region a table needs a name. CDK gives it one, or asks for
    one, and with a new name the table that is deployed is replaced.

    Args:
        inputs: What names the table in errors.
        option: What the grantee is called.
        grantee: Who is granted something.
        stack: The stack of the table.
        named: Whether the table has a fixed name.

    Raises:
        ValueError: *grantee* is in another account or region.
    """
    if not isinstance(grantee, Construct):  # a principal, or an imported role
        principal = getattr(grantee, "grant_principal", None)
        account = getattr(principal, "principal_account", None)
        known = not (account is None or is_token(account) or is_token(stack.account))
        if known and account != stack.account:
            problem = (
                f"is of account {account}, which the table's own policy does not let "
                "in; grant to a role of this account, which it assumes"
            )
            raise inputs.wrong(option, grantee, problem)
        return
    own = role_of(grantee)
    home = own.home if own and own.home else Stack.of(grantee)
    if home is stack or home.environment == stack.environment:
        return
    if named and home.account == stack.account:
        return
    problem = (
        f"is in {home.environment}, but the table in {stack.environment}, which would "
        "be named anew for that, and replaced by an empty one; grant to a role of a "
        "stack with the same env="
    )
    raise inputs.wrong(option, grantee, problem)


def _stack_of(inputs: Inputs, scope: Construct) -> Stack:
    stack = cast("Stack | None", getattr(scope, _STACK, None))
    if stack is None:
        try:
            stack = Stack.of(scope)
        except RuntimeError as error:
            problem = "is in no stack; create it in a Stack"
            raise inputs.wrong("scope", scope.node.path, problem) from error
        setattr(scope, _STACK, stack)
    return stack


def _deployed(scopes: list[IConstruct]) -> Stack:
    """Return the innermost stack in *scopes* that is deployed on its own."""
    stacks = [scope for scope in scopes if isinstance(scope, Stack)]
    return next(each for each in reversed(stacks) if not isinstance(each, NestedStack))
