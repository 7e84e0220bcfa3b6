"""
Decides who may do what, from policies as plain values, by the rules of AWS.

Where AWS leaves something open, the attacker gets it, or an error is raised: an
operator or principal that is not known here is never guessed at. Left out are
service control, resource control and session policies.
"""

from __future__ import annotations

import enum
import re

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.conditions import (
    Context,
    UnresolvedError,
    holds,
    like,
    like_action,
    literal,
    matches,
    texts,
)

Statement = Mapping[str, Any]
ANONYMOUS = "anonymous"
_EVERYTHING: Statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_CALLER = re.compile(
    r"(?P<arn>arn:[^:]+):(?:iam|sts)::(?P<account>\d{12}):"
    r"(?:(?P<root>root)|role/(?:.+/)?(?P<role>[^/]+)|user/(?:.+/)?(?P<user>[^/]+)"
    r"|assumed-role/(?P<assumed>[^/]+)/[^/]+)"
)
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_PROVIDER = re.compile(r"arn:[^:]+:iam::\d{12}:(oidc|saml)-provider/.+")


@dataclass(frozen=True)
class Request:
    """
    One call to AWS.

    Attributes:
        principal: The ARN of a role (any session of it), of a session or a user;
            `arn:aws:iam::<account>:root`, an administrator of that account; a
            service's name; the ARN of a web identity's provider; `ANONYMOUS`.
        action: Such as `s3:GetObject`.
        resource: Its ARN; `*` for an action that is on no resource.
        context: The condition keys. A list is what a multi-valued key has; an
            empty one is an absent key. Those that follow from the principal,
            such as `aws:PrincipalArn`, and `aws:TagKeys` are added unless given.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, str | bool | float | Sequence[str]] = field(
        default_factory=dict
    )


@dataclass(frozen=True)
class Decision:
    """What becomes of a request, the statement that decided if any, and why."""

    allowed: bool
    by: Statement | None
    why: str


class _Named(enum.IntEnum):
    """How directly the policy of a resource names a principal."""

    NOT = 0
    BY_ACCOUNT = 1  # leaves it to the identity policies of that account
    BY_ROLE = 2  # grants as far as the role's permissions boundary goes
    ITSELF = 3  # grants, whatever the boundary: a session, a user, everybody


def decide(
    request: Request,
    *,
    identity: Iterable[Statement] = (),
    resource_policy: Iterable[Statement] = (),
    boundary: Iterable[Statement] | None = None,
    same_account: bool = True,
) -> Decision:
    """
    Decide *request*.

    Args:
        request: The call.
        identity: The statements of the principal's own policies.
        resource_policy: Those of the resource's policy; for a role, its trust.
        boundary: Those of the principal's permissions boundary, if it has one.
        same_account: Whether principal and resource are in the same account.
    """
    caller = _caller(request.principal)
    own = [*identity, *([_EVERYTHING] if caller and caller["root"] else [])]
    limits = [_EVERYTHING] if boundary is None else list(boundary)
    if not caller:  # nobody's account: nothing but the resource policy counts
        own, limits, same_account = [_EVERYTHING], [_EVERYTHING], True
    attached = _attached(resource_policy, request.principal)

    denial = _first("Deny", [*own, *limits, *(each for _, each in attached)], request)
    if denial:
        return Decision(allowed=False, by=denial, why="denied by a statement")
    able, bound = _first("Allow", own, request), _first("Allow", limits, request)
    how, grant = _granted(attached, request)
    if same_account and how >= (_Named.BY_ROLE if bound else _Named.ITSELF):
        return Decision(allowed=True, by=grant, why="allowed by the resource policy")
    optional = caller and same_account and not _has_the_last_word(request)
    return _combined(resource=grant or optional, identity=able, boundary=bound)


def may_assume(
    request: Request,
    *,
    trust: Iterable[Statement],
    identity: Iterable[Statement] = (),
    boundary: Iterable[Statement] | None = None,
    same_account: bool = True,
) -> Decision:
    """
    Decide whether the role that *request* names may be assumed by that call.

    Tags of the session need `sts:TagSession` as well, and a source identity needs
    `sts:SetSourceIdentity`. The arguments are those of `decide`.
    """
    more = {"aws:tagkeys": "TagSession", "sts:sourceidentity": "SetSourceIdentity"}
    context = _context(request)
    needed = [f"sts:{action}" for key, action in more.items() if key in context]
    trust, identity = list(trust), list(identity)
    boundary = None if boundary is None else list(boundary)
    decisions = [
        decide(
            replace(request, action=action),
            identity=identity,
            resource_policy=trust,
            boundary=boundary,
            same_account=same_account,
        )
        for action in (request.action, *needed)
    ]
    return next((each for each in decisions if not each.allowed), decisions[0])


def account_of(principal: str) -> str | None:
    """Return the account that *principal* is in; None for one from outside."""
    caller = _caller(principal)
    return caller and caller["account"]


def _combined(
    *, resource: object, identity: Statement | None, boundary: Statement | None
) -> Decision:
    """Decide where the identity policy is what allows it, if all others do."""
    wanted = {"resource": resource, "identity": identity, "boundary": boundary}
    missing = [what for what, there in wanted.items() if not there]
    if missing:
        why = f"not allowed by: {', '.join(missing)}"
        return Decision(allowed=False, by=None, why=why)
    return Decision(allowed=True, by=identity, why="allowed by the identity policy")


def _attached(
    policy: Iterable[Statement], principal: str
) -> list[tuple[_Named, Statement]]:
    """Return the statements of a resource's policy that name *principal*."""
    named = [(_named(each, principal), each) for each in policy]
    return [(how, each) for how, each in named if how]


def _granted(
    attached: Iterable[tuple[_Named, Statement]], request: Request
) -> tuple[_Named, Statement | None]:
    """Return the statement that allows *request* most directly."""
    grants = [(how, each) for how, each in attached if _first("Allow", [each], request)]
    return max(grants, key=lambda grant: grant[0], default=(_Named.NOT, None))


def _has_the_last_word(request: Request) -> bool:
    """Whether nobody gets at the resource unless its own policy says so."""
    service = request.action.lower().partition(":")[0]
    kind = {"kms": ":key/", "sts": ":role/"}.get(service)
    return kind is not None and kind in request.resource


def _caller(principal: str) -> re.Match[str] | None:
    """Return the parts of a principal of an account; None for one from outside."""
    outside = _SERVICE.fullmatch(principal) or _PROVIDER.fullmatch(principal)
    if outside or principal == ANONYMOUS:
        return None
    if found := _CALLER.fullmatch(principal):
        return found
    raise ValueError(f"{principal!r} is no principal that is known here")


def _named(statement: Statement, principal: str) -> _Named:
    """Return how *statement*, of a resource's policy, names *principal*."""
    names = _names(principal)
    if "NotPrincipal" not in statement:
        listed = _spelled(statement["Principal"])
        if "*" in listed:
            return _Named.ITSELF
        found = [how for how, name in names.items() if name in listed]
        return max(found, default=_Named.NOT)
    spared = _spelled(statement["NotPrincipal"])
    # A Deny spares a session only if it spares its role and its account as well.
    combine = all if statement["Effect"] == "Deny" else any
    is_spared = names and combine(name in spared for name in names.values())
    return _Named.NOT if is_spared or "*" in spared else _Named.ITSELF


def _names(principal: str) -> Mapping[_Named, str]:
    """Return what a policy can call *principal*, by how direct that is."""
    caller = _caller(principal)
    if not caller:
        return {} if principal == ANONYMOUS else {_Named.ITSELF: principal}
    names = {_Named.BY_ACCOUNT: caller["account"]}
    if role := caller["role"] or caller["assumed"]:
        arn = f"{caller['arn']}:iam::{caller['account']}:role/{role}"
        names[_Named.BY_ROLE] = arn
    if caller["assumed"] or caller["user"]:
        names[_Named.ITSELF] = principal
    return names


def _spelled(element: str | Mapping[str, Any]) -> set[str]:
    """Return the principals of *element*, each as `_names` spells it."""
    kinds = {"AWS": element} if isinstance(element, str) else element
    spelled = set()
    for kind, value in kinds.items():
        for each in texts(value):
            known = kind in ("AWS", "Service", "Federated") and "*" not in each
            if not known and (kind, each) != ("AWS", "*"):
                raise ValueError(f"{kind} {each} is no principal that is known here")
            account = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):root", each)
            plain = re.sub(r"(?<=:role/).+/", "", each)
            spelled.add(account[1] if account else plain)
    return spelled


def _first(
    effect: str, statements: Iterable[Statement], request: Request
) -> Statement | None:
    """Return the first of *statements* that has that effect on *request*."""
    context = _context(request)
    for each in statements:
        if each["Effect"] not in ("Allow", "Deny"):
            raise ValueError(f"{each['Effect']!r} is neither Allow nor Deny")
        if each["Effect"] == effect and _applies(each, request, context):
            return each
    return None


def _applies(statement: Statement, request: Request, context: Context) -> bool:
    """
    Whether *statement* is about *request*, whoever makes it.

    A variable without a value matches nothing. Where that would make a negation
    true, and anywhere in a Deny, it makes the statement void.
    """
    conditions = [
        (name, key, texts(values))
        for name, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    try:
        if statement["Effect"] == "Deny":
            for text in (text for *_, wanted in conditions for text in wanted):
                literal(text, context)
        return _concerns(statement, request, context) and all(
            holds(name, key, wanted, context) for name, key, wanted in conditions
        )
    except UnresolvedError:
        return False


def _concerns(statement: Statement, request: Request, context: Context) -> bool:
    """Whether the action and the resource of *request* are the statement's."""
    strict = statement["Effect"] == "Deny"
    for element, value in (("Action", request.action), ("Resource", request.resource)):
        negated = f"Not{element}" in statement
        wanted = statement.get(f"Not{element}" if negated else element)
        if wanted is None and element == "Resource":
            continue  # The trust policy of a role is about that role.
        compare = like if element == "Resource" else like_action
        listed = texts(wanted)
        found = matches(compare, listed, value, context, strict=strict or negated)
        if found == negated:
            return False
    return True


def _context(request: Request) -> Context:
    """Return the condition keys of *request*, with those that are implied."""
    keys: dict[str, str | tuple[str, ...]] = {}
    for name, value in {**_implied(request), **request.context}.items():
        found = tuple(texts(value))
        keys[name.lower()] = found if isinstance(value, (list, tuple)) else found[0]
    return {key: each for key, each in keys.items() if any(each) or each == ""}


def _implied(request: Request) -> dict[str, str | list[str]]:
    """Return the condition keys that follow from the rest of *request*."""
    tag = "aws:requesttag/"
    tags = [key[len(tag) :] for key in request.context if key.lower().startswith(tag)]
    implied: dict[str, str | list[str]] = {"aws:TagKeys": tags}
    caller = _caller(request.principal)
    if _SERVICE.fullmatch(request.principal):
        implied["aws:PrincipalIsAWSService"] = "true"
        implied["aws:PrincipalServiceName"] = request.principal
    elif request.principal == ANONYMOUS:
        implied["aws:PrincipalAccount"] = ANONYMOUS
    elif caller:
        names, arn = _names(request.principal), request.principal
        implied |= {
            "aws:PrincipalArn": names[_Named.BY_ROLE] if caller["assumed"] else arn,
            "aws:PrincipalAccount": caller["account"],
            "aws:PrincipalIsAWSService": "false",
            "kms:CallerAccount": caller["account"],
            "aws:username": caller["user"] or [],
        }
    return implied
