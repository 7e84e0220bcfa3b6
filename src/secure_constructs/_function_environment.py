"""The environment of a function: what it may hold, and how it gets its secrets."""

from __future__ import annotations

import json
import re

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from secure_constructs._inputs import names_many, without_tokens
from secure_constructs.checks.secrets import looks_like_secret
from secure_constructs.key import check_no_alias
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from aws_cdk import Stack, aws_secretsmanager as secretsmanager, aws_ssm as ssm

    from secure_constructs._inputs import Inputs

    Secret = secretsmanager.ISecret | ssm.IStringParameter

_NAME = re.compile(r"[A-Za-z]\w+", re.ASCII)
_LARGEST = 4096
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_RESERVED = frozenset(
    """
    AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_EXECUTION_ENV
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME
    AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE
    AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API
    AWS_REGION AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN LAMBDA_RUNTIME_DIR
    LAMBDA_TASK_ROOT
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


def variables(
    inputs: Inputs,
    settings: Mapping[str, str],
    environment: Mapping[str, str],
    plaintext: Mapping[str, Waived],
    secrets: Mapping[str, Secret],
) -> dict[str, str]:
    """
    Return the variables of a function, checked.

    Args:
        inputs: The checks.
        settings: Powertools' settings, which *environment* comes before.
        environment: What the user sets.
        plaintext: The waivers of names that only look like secrets.
        secrets: What the function is to read, by the variable that says where.
    """
    for option, value in (
        ("environment", environment),
        ("plaintext", plaintext),
        ("secrets", secrets),
    ):
        if not isinstance(value, Mapping):
            raise inputs.wrong_kind(option, value, "is no mapping by variable names")
    for name, waiver in plaintext.items():
        option = f"plaintext[{name!r}]"
        if name not in environment:
            problem = "names no variable of environment=; leave it out"
            raise inputs.wrong(option, waiver, problem)
        if waiver is None:
            raise inputs.wrong_kind(option, waiver, "is no waiver; leave it out")
        inputs.waived(option, waiver, "the doubt that it is a secret (LAM-10)")
    for name, text in environment.items():
        check_variable(inputs, name, text, waived=name in plaintext)
    for name, secret in secrets.items():
        _check_secret(inputs, name, secret, environment)
    references = {name: _arn_of(secret) for name, secret in secrets.items()}
    found = {**settings, **environment, **references}
    check_total(inputs, found)
    return found


def check_variable(
    inputs: Inputs, name: str, value: str, *, waived: bool = False
) -> None:
    """Raise if a function cannot, or should not, have this variable."""
    _check_name(inputs, "environment", name)
    option = f"environment[{name!r}]"
    if not isinstance(value, str):
        # It may be a secret, of another kind.
        problem = f"is no text but of the type {type(value).__name__}; write text"
        raise inputs.wrong_kind(option, _HIDDEN, problem)
    problem = None if waived else looks_like_secret(name, without_tokens(value))
    if problem:
        # The value stays out of the message, which may end in a log.
        message = (
            f"{problem}, which everybody can read who may read the function's "
            "configuration (LAM-10); put it into Secrets Manager and pass "
            f"secrets={{{name!r}: secret}}, or say why it is none: "
            f"plaintext={{{name!r}: Waived('...')}}"
        )
        raise inputs.wrong(option, _HIDDEN, message)


def check_total(inputs: Inputs, variables: Mapping[str, str]) -> None:
    """Raise if *variables* are more than Lambda takes; tokens count as nothing."""
    # Lambda measures the JSON of them all, in bytes.
    known = {name: without_tokens(variables[name]) for name in variables}
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    size = len(text.encode())
    if size > _LARGEST:
        problem = (
            f"bytes are more than the {_LARGEST} that Lambda takes; put the longest "
            "into a parameter, and pass its name"
        )
        raise inputs.wrong("environment", size, problem)


def reading(secrets: Mapping[str, Secret], stack: Stack) -> list[dict[str, Any]]:
    """Return the statements that let a role read *secrets*, and nothing else."""
    given: list[Any] = list(secrets.values())
    parameters = [each for each in given if _is_parameter(each)]
    others = [each for each in given if not _is_parameter(each)]
    statements: list[dict[str, Any]] = []
    if others:
        arns = [_exact_arn(each) for each in others]
        statements.append(_allow("Secrets", "secretsmanager:GetSecretValue", arns))
    if parameters:
        arns = [each.parameter_arn for each in parameters]
        statements.append(_allow("Parameters", "ssm:GetParameter", arns))
    keys = [each.encryption_key for each in others]
    arns = [key.key_arn for key in keys if key]
    if arns:
        service = f"secretsmanager.{stack.region}.{stack.url_suffix}"
        by_service = {"StringEquals": {"kms:ViaService": service}}
        decrypt = _allow("KeysOfSecrets", "kms:Decrypt", arns)
        statements.append({**decrypt, "Condition": by_service})
    return statements


class _Hidden:
    """What an error shows in place of a value that may be a secret."""

    def __str__(self) -> str:
        return "..."


_HIDDEN = _Hidden()


def _check_name(inputs: Inputs, option: str, name: str) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problem = (
            "is no variable's name: at least two letters, digits and _, with a letter "
            "first"
        )
        raise inputs.wrong(option, name, problem)
    if name in _RESERVED:
        problem = "is a variable that Lambda sets itself; choose another name"
        raise inputs.wrong(option, name, problem)


def _check_secret(
    inputs: Inputs,
    name: str,
    secret: Any,  # noqa: ANN401 - one of two kinds of CDK, if it is not wrong
    environment: Mapping[str, str],
) -> None:
    _check_name(inputs, "secrets", name)
    option = f"secrets[{name!r}]"
    # Text in the place of a secret is most likely the secret itself.
    shown = _HIDDEN if isinstance(secret, (str, bytes)) else secret
    if name in environment:
        raise inputs.wrong(option, shown, "is in environment= as well; keep one")
    if not hasattr(secret, "secret_arn") and not _is_parameter(secret):
        problem = "is neither a secret of Secrets Manager nor a parameter of SSM"
        raise inputs.wrong_kind(option, shown, problem)
    arn = _arn_of(secret)
    if names_many(arn):
        raise inputs.wrong(option, arn, "names more than one secret; pass each alone")
    key = None if _is_parameter(secret) else secret.encryption_key
    check_no_alias(inputs, option, key)


def _is_parameter(secret: object) -> bool:
    return hasattr(secret, "parameter_arn")


def _arn_of(secret: Any) -> str:  # noqa: ANN401 - one of two kinds of CDK
    """Return the ARN, which both services take for a name when they are asked."""
    arn = secret.parameter_arn if _is_parameter(secret) else secret.secret_arn
    return str(arn)


def _exact_arn(secret: Any) -> str:  # noqa: ANN401 - one of two kinds of CDK
    """
    Return the ARN that a policy needs for *secret*.

    A secret imported by its name lacks the six characters that Secrets Manager
    adds; in a policy they are question marks.
    """
    full = secret.secret_full_arn
    return str(full) if full else f"{secret.secret_arn}-??????"


def _allow(sid: str, action: str, resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resources}
