"""The grants of a bus: which events somebody may put (EVB-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Stack
from constructs import Construct

from secure_constructs._granted_role import grant, role_of
from secure_constructs._inputs import Inputs, has, is_token, without_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam

_LONGEST = {"sources": 256, "detail_types": 128}


class EventGrants:
    """
    Grants on an `AppEventBus`.

    The grantee (a role, function, user ...) gets the permission in its own policy,
    and can put nothing else: one foreign event in a batch, and the whole batch is
    refused. It needs no permission for the key of the bus, which EventBridge itself
    uses.

    Raises:
        ValueError: *sources* or *detail_types* are empty, or hold something that no
            event of yours has; or *grantee* has no policy of its own in this app, as
            a service, another account or everybody.
        TypeError: *grantee* cannot be granted anything, or the lists are none.
    """

    def __init__(
        self, bus_arn: str, inputs: Inputs, *, account: str, let_in: Sequence[str]
    ) -> None:
        """
        Keep what a grant needs.

        Args:
            bus_arn: The ARN of the bus.
            inputs: What names the bus in errors.
            account: The account of the bus.
            let_in: The other accounts that it lets in; `["*"]` for an organization,
                whose accounts nobody knows here.
        """
        self._arn = bus_arn
        self._inputs = inputs
        self._account = account
        self._let_in = let_in

    def publish(
        self,
        grantee: iam.IGrantable,
        sources: Sequence[str],
        detail_types: Sequence[str] | None = None,
    ) -> iam.Grant:
        """
        Let *grantee* put events on this bus.

        Args:
            grantee: Who may; a role, or what has one, such as a function.
            sources: The sources its events may have, such as `["shop.orders"]`.
            detail_types: The detail types they may have; any by default.
        """
        if not has(grantee, "grant_principal"):
            problem = "is no IGrantable; pass a role, a function or another principal"
            raise self._inputs.wrong_kind("grantee", grantee, problem)
        self._check_account(grantee)
        self._check("sources", sources)
        pinned = {"events:source": list(sources)}
        if detail_types is not None:
            self._check("detail_types", detail_types)
            pinned["events:detail-type"] = list(detail_types)
        # ForAllValues is true where there is no value at all; Null closes that.
        conditions: dict[str, dict[str, Any]] = {
            "ForAllValues:StringEquals": pinned,
            "Null": dict.fromkeys(pinned, "false"),
        }
        made = grant(
            grantee,
            [
                {
                    "Effect": "Allow",
                    "Action": "events:PutEvents",
                    "Resource": self._arn,
                    "Condition": conditions,
                }
            ],
        )
        if not role_of(grantee) and not made.success:
            problem = (
                "has no policy of its own that this app can write; grant to a role of "
                "this account, or let other accounts in with allowed_accounts= or "
                "allowed_organization_id= (EVB-06)"
            )
            raise self._inputs.wrong("grantee", grantee, problem)
        return made

    def _check_account(self, grantee: object) -> None:
        """Raise if the bus refuses what *grantee* puts, whatever its policy says."""
        if not isinstance(grantee, Construct) or "*" in self._let_in:
            return
        open_to = [self._account, *self._let_in]
        if any(is_token(each) for each in open_to):
            return
        account = Stack.of(grantee).account
        if account not in open_to and not is_token(account):
            problem = (
                f"is in account {account}, which the bus refuses (EVB-06); name that "
                "in allowed_accounts="
            )
            raise self._inputs.wrong("grantee", grantee, problem)

    def _check(self, option: str, values: Sequence[str]) -> None:
        self._inputs.sequence(option, values, str)
        if not values:
            problem = "names none, so nothing could be put; name at least one"
            raise self._inputs.wrong(option, values, problem)
        for index, value in enumerate(values):
            name, written = f"{option}[{index}]", without_tokens(value)
            if not value.strip() or len(written) > _LONGEST[option]:
                problem = f"is no text of 1 to {_LONGEST[option]} characters"
                raise self._inputs.wrong(name, value, problem)
            if any(character in written for character in "*?$"):
                problem = (
                    "has one of * ? $, which a policy takes for patterns and "
                    "variables; write each out"
                )
                raise self._inputs.wrong(name, value, problem)
            if option == "sources" and written.startswith("aws."):
                problem = "is a source of AWS itself, which nobody else can put"
                raise self._inputs.wrong(name, value, problem)
