"""The role that this library makes: whatever it is granted is a managed policy."""

from __future__ import annotations

import json
import re

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, Stack
    from constructs import Construct

# IAM counts the characters of a managed policy without white space, up to 6,144.
# Most parts of a policy are references: what they will be is not known here, so
# each counts as an ARN of a usual length. The rest of the limit is for longer ones.
_LONGEST_POLICY = 5000
_REFERENCE = re.compile(r"\$\{Token\[[^\]]*\]\}")
_AS_LONG_AS_AN_ARN = "-" * 120
# The attribute of what has such a role, and is granted something in its place.
GRANTED = "_granted_role"


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
        stack: The stack it is in; none for one that it is told nothing of.

    Attributes:
        own: The policy `Own`, if there is one.
        home: The stack it is in, which is asked for often.
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
        stack: Stack | None = None,
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
        # Whoever grants to what has this role can write into it without asking CDK.
        setattr(scope, GRANTED, self)
        self.home = stack
        self._policies = 0
        self._room = 0
        self._expected: list[dict[str, Any]] = []
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
        """Add *statement* to a managed policy of the role, and what goes with it."""
        expected, self._expected = self._expected, []
        others = [iam.PolicyStatement.from_json(each) for each in expected[1:]]
        length = _length(*(expected or [statement.to_json()]))
        policy = self._write([statement, *others], length)
        return iam.AddToPrincipalPolicyResult(
            statement_added=True, policy_dependable=policy
        )

    def write_into_grants(self, statement: dict[str, Any]) -> None:
        """Add *statement*, IAM's JSON, where nobody asks for the grant."""
        self._write([iam.PolicyStatement.from_json(statement)], _length(statement))

    def allow_in_grants(self, statements: Sequence[dict[str, Any]]) -> iam.Grant:
        """
        Add *statements*, IAM's JSON, and return the grant.

        CDK makes a grant of one statement: the first. The others come with it where
        one policy has room for all, which saves most of the calls to CDK.
        """
        room = self._room if self._current else _LONGEST_POLICY
        if _length(*statements) > room:
            return _one_by_one(self, statements)
        self._expected = list(statements)
        return _grant(self, statements[0])

    def _write(
        self, statements: Sequence[iam.PolicyStatement], length: int
    ) -> iam.ManagedPolicy:
        """Write *statements* of that *length* into a policy with room for them."""
        if self._current is None or length > self._room:
            self._policies += 1
            number = str(self._policies) if self._policies > 1 else ""
            self._current = iam.ManagedPolicy(
                self, f"Grants{number}", roles=[self], statements=list(statements)
            )
            self._room = _LONGEST_POLICY
        else:
            self._current.add_statements(*statements)
        self._room -= length
        return self._current


def role_of(grantee: object) -> GrantedRole | None:
    """Return the role of ours that *grantee* is or has, without asking CDK."""
    if isinstance(grantee, GrantedRole):
        return grantee
    role = getattr(grantee, "__dict__", {}).get(GRANTED)
    return role if isinstance(role, GrantedRole) else None


def grant(grantee: iam.IGrantable, statements: Sequence[dict[str, Any]]) -> iam.Grant:
    """Let *grantee* do what *statements* say, IAM's JSON, by its own policies."""
    role = role_of(grantee)
    return (
        role.allow_in_grants(statements) if role else _one_by_one(grantee, statements)
    )


def _one_by_one(
    grantee: iam.IGrantable, statements: Sequence[dict[str, Any]]
) -> iam.Grant:
    first, *others = (_grant(grantee, each) for each in statements)
    for other in others:
        first = first.combine(other)
    return first


def _grant(grantee: iam.IGrantable, statement: dict[str, Any]) -> iam.Grant:
    return iam.Grant.add_to_principal(
        grantee=grantee,
        actions=_listed(statement["Action"]),
        resource_arns=_listed(statement["Resource"]),
        conditions=statement.get("Condition"),
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _length(*statements: dict[str, Any]) -> int:
    """Return about how many characters *statements* will take in a policy."""
    return sum(len(_REFERENCE.sub(_AS_LONG_AS_AN_ARN, _written(e))) for e in statements)


def _written(statement: dict[str, Any]) -> str:
    """Return *statement* as CDK writes it: a list of one is that one."""
    flat = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in statement.items()
    }
    return json.dumps(flat, separators=(",", ":"))
