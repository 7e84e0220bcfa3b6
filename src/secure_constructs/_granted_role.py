"""The role that this library makes: whatever it is granted is a managed policy."""

from __future__ import annotations

import json
import re

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration
    from constructs import Construct

# IAM counts the characters of a managed policy without white space, up to 6,144.
# Most parts of a policy are references: what they will be is not known here, so
# each counts as an ARN of a usual length. The rest of the limit is for longer ones.
_LONGEST_POLICY = 5000
_REFERENCE = re.compile(r"\$\{Token\[[^\]]*\]\}")
_AS_LONG_AS_AN_ARN = "-" * 120


class GrantedRole(iam.Role):
    """
    Define a role whose permissions are managed policies, whoever grants them.

    What CDK writes past the role is out of reach: AWS's own policy that an event
    source of Kafka attaches, and the inline policies that a function writes under
    the flag `createNewPoliciesWithAddToRolePolicy`.

    CDK's grants write inline policies, which four packs of cdk-nag refuse and
    which nobody finds in a list of policies. Here a grant on the role, or on what
    has it, goes into the managed policy `Grants`, and where that is full into
    `Grants2` and so on.

    What the maker of the role gives it goes into `Own`, so that acknowledging a
    wildcard there hides none that is granted later.

    This is the one subclass of a CDK class in this library: CDK calls the method
    below for each grant, and offers no other way to redirect one.

    Args:
        scope: The construct this role belongs to.
        construct_id: Part of the role's logical ID.
        assumed_by: Who may assume it.
        role_name: Its name; defaults to one that CloudFormation makes.
        path: The path before its name; defaults to none.
        description: What it is for; defaults to nothing.
        max_session_duration: How long a session may last; defaults to what IAM says.
        permissions_boundary: What it may do at most; defaults to no boundary.
        own: The statements of the policy `Own`, as IAM's JSON; none for no policy.

    Attributes:
        own: The policy `Own`, if there is one.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        assumed_by: iam.IPrincipal,
        role_name: str | None = None,
        path: str | None = None,
        description: str | None = None,
        max_session_duration: Duration | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
        own: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=assumed_by,
            role_name=role_name,
            path=path,
            description=description,
            max_session_duration=max_session_duration,
            permissions_boundary=permissions_boundary,
        )
        self._policies = 0
        self._room = 0
        self._current: iam.ManagedPolicy | None = None
        self.own: iam.ManagedPolicy | None = None
        if own:
            document = {"Version": "2012-10-17", "Statement": list(own)}
            self.own = iam.ManagedPolicy(
                self, "Own", document=iam.PolicyDocument.from_json(document)
            )
            # Attached by the role, not by the policy: a live role then gets it in
            # the same step in which it loses what it had.
            self.add_managed_policy(self.own)

    def add_to_principal_policy(
        self, statement: iam.PolicyStatement
    ) -> iam.AddToPrincipalPolicyResult:
        """Add *statement* to a managed policy of the role."""
        length = _length(statement)
        if self._current is None or length > self._room:
            self._policies += 1
            number = str(self._policies) if self._policies > 1 else ""
            name = f"Grants{number}"
            self._current = iam.ManagedPolicy(
                self, name, roles=[self], statements=[statement]
            )
            self._room = _LONGEST_POLICY
        else:
            self._current.add_statements(statement)
        self._room -= length
        return iam.AddToPrincipalPolicyResult(
            statement_added=True, policy_dependable=self._current
        )


def _length(statement: iam.PolicyStatement) -> int:
    """Return about how many characters *statement* will take in a policy."""
    written = json.dumps(statement.to_json(), separators=(",", ":"))
    return len(_REFERENCE.sub(_AS_LONG_AS_AN_ARN, written))
