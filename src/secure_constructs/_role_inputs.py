"""Checks of what a role takes, whoever may assume it."""

from __future__ import annotations

import re

from aws_cdk import Duration, aws_iam as iam

from secure_constructs._inputs import Inputs, is_token
from secure_constructs.checks.policy import policy_of
from secure_constructs.checks.role_policies import wildcards

_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
_PATH = re.compile(r"/|/[!-~]{1,510}/")
_LONGEST_DESCRIPTION = 1000
_DESCRIPTION = re.compile(r"[\t\n\r -~\xa1-\xff]*")
_MINUTE = 60 * 1000
_HOUR = 60 * _MINUTE
_LONGEST_SESSION = 12 * _HOUR
_EVER = 1000 * 365 * 24 * _HOUR


def check_names(
    inputs: Inputs,
    *,
    role_name: str | None,
    path: str | None,
    description: str | None,
) -> None:
    """Raise if one of the texts that a role has is none that IAM takes."""
    _check_name(inputs, role_name)
    _check_path(inputs, path)
    _check_description(inputs, description)


def _check_name(inputs: Inputs, name: str | None) -> None:
    """Raise if *name* is no name that IAM takes for a role."""
    if name is None:
        return
    if not isinstance(name, str):
        raise inputs.wrong_kind("role_name", name, "is no text")
    if not is_token(name) and not _NAME.fullmatch(name):
        problem = (
            "is no name of a role: 1 to 64 letters, digits and +=,.@_-; leave it out "
            "to get one made"
        )
        raise inputs.wrong("role_name", name, problem)


def _check_path(inputs: Inputs, path: str | None) -> None:
    """Raise if *path* is none that IAM takes."""
    if path is None:
        return
    if not isinstance(path, str):
        raise inputs.wrong_kind("path", path, "is no text; write for example '/ci/'")
    if not is_token(path) and not _PATH.fullmatch(path):
        problem = "is no path; begin and end it with /, as in '/ci/'"
        raise inputs.wrong("path", path, problem)


def _check_description(inputs: Inputs, description: str | None) -> None:
    """Raise if *description* is none that IAM takes."""
    if description is None:
        return
    if not isinstance(description, str):
        raise inputs.wrong_kind("description", description, "is no text")
    is_long = len(description) > _LONGEST_DESCRIPTION
    if not is_token(description) and (
        is_long or not _DESCRIPTION.fullmatch(description)
    ):
        problem = (
            f"is no description that IAM takes: up to {_LONGEST_DESCRIPTION} "
            "characters of Latin-1"
        )
        raise inputs.wrong("description", description, problem)


def check_session(inputs: Inputs, longest: Duration) -> None:
    """Raise if sessions cannot last for *longest*."""
    option = "max_session_duration"
    known = inputs.milliseconds(option, longest, low=0, high=_EVER, range_="a time")
    if known is None:
        problem = "is only known at deployment; write it, as in Duration.hours(1)"
        raise inputs.wrong(option, "a token", problem)
    if not _HOUR <= known <= _LONGEST_SESSION:
        raise inputs.wrong(
            option, f"{known / _MINUTE:g} minutes", "is not 1 to 12 hours"
        )


def check_boundary(inputs: Inputs, boundary: iam.IManagedPolicy | None) -> None:
    """Raise if *boundary* is given and no managed policy."""
    if boundary is not None and not hasattr(boundary, "managed_policy_arn"):
        problem = (
            "is no managed policy; pass one, such as "
            "iam.ManagedPolicy.from_managed_policy_name(self, 'Boundary', 'ci')"
        )
        raise inputs.wrong_kind("permissions_boundary", boundary, problem)


def check_statement(inputs: Inputs, statement: iam.PolicyStatement) -> None:
    """Raise if *statement* allows what it does not name (IAM-05)."""
    option = "statement"
    if not isinstance(statement, iam.PolicyStatement):
        raise inputs.wrong_kind(option, statement, "is no iam.PolicyStatement")
    written = policy_of(statement.to_json()).statements
    wild = [each for found in written for each in wildcards(found)]
    if wild:
        problem = (
            "is not named (IAM-05); name the actions and resources, or add the "
            "statement to .role and acknowledge SecureConstructs::IAM-05 there with "
            "the reason"
        )
        raise inputs.wrong(option, ", ".join(wild), problem)
