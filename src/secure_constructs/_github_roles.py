"""The roles of CDK's bootstrap that a job may assume."""

from __future__ import annotations

import re

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from aws_cdk import DefaultStackSynthesizer

from secure_constructs._inputs import Inputs, is_token

if TYPE_CHECKING:
    from secure_constructs._place import Place

# Not the one that CloudFormation itself uses, which may do everything.
DEPLOY = ("deploy", "file-publishing", "image-publishing", "lookup")
DIFF = ("lookup",)
_DEFAULT = DefaultStackSynthesizer.DEFAULT_QUALIFIER
_QUALIFIER = re.compile(r"[A-Za-z0-9_-]{1,10}")
REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-[0-9]{1,2}")


def assuming(
    inputs: Inputs,
    place: Place,
    roles: Sequence[str],
    qualifier: str | None,
    regions: Sequence[str] | None,
) -> dict[str, Any]:
    """Return what allows to assume *roles*, as IAM's JSON, after all checks."""
    _check_qualifier(inputs, qualifier)
    _check_regions(inputs, regions)
    arns = _arns(
        place,
        roles,
        qualifier=qualifier or place.bootstrap_qualifier or _DEFAULT,
        regions=regions or [place.region],
    )
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(arns)}


def _arns(
    place: Place, roles: Sequence[str], *, qualifier: str, regions: Sequence[str]
) -> Iterator[str]:
    for region in regions:
        for role in roles:
            name = f"cdk-{qualifier}-{role}-role-{place.account}-{region}"
            yield f"arn:{place.partition}:iam::{place.account}:role/{name}"


def _check_qualifier(inputs: Inputs, qualifier: str | None) -> None:
    option = "qualifier"
    if qualifier is None:
        return
    if not isinstance(qualifier, str):
        raise inputs.wrong_kind(option, qualifier, "is no text")
    if not is_token(qualifier) and not _QUALIFIER.fullmatch(qualifier):
        problem = (
            "is no qualifier of a bootstrap stack: 1 to 10 letters, digits, _ or -; "
            "leave it out for the one this stack is deployed with"
        )
        raise inputs.wrong(option, qualifier, problem)


def _check_regions(inputs: Inputs, regions: Sequence[str] | None) -> None:
    if regions is None:
        return
    inputs.sequence("regions", regions, str)
    if not regions:
        problem = "names no region; leave it out for that of the stack"
        raise inputs.wrong("regions", "[]", problem)
    for index, region in enumerate(regions):
        option = f"regions[{index}]"
        if not is_token(region) and not REGION.fullmatch(region):
            problem = "is no region; write each out, such as 'eu-west-1'"
            raise inputs.wrong(option, region, problem)
        if region in regions[:index]:
            raise inputs.wrong(option, region, "is there twice; leave one out")
