"""Log groups: how long they keep what they get, and the key that encrypts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations, aws_iam as iam, aws_logs as logs

from secure_constructs._notes import note
from secure_constructs._promises import keep_promises, nag_ids
from secure_constructs.key import AppKey
from secure_constructs.tier import Tier
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from aws_cdk import Stack, aws_kms as kms
    from constructs import Construct

    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place

_RETENTION = {
    Tier.PRODUCTION: logs.RetentionDays.ONE_YEAR,
    Tier.DEVELOPMENT: logs.RetentionDays.TWO_WEEKS,
}
_FOR_EVER = logs.RetentionDays.INFINITE
_NAG = nag_ids(
    tuple(
        f"{pack}-CloudWatchLogGroupRetentionPeriod"
        for pack in (
            "HIPAA.Security",
            "NIST.800.53.R4",
            "NIST.800.53.R5",
            "PCI.DSS.321",
            "Serverless",
        )
    )
)
_LET_IN = "_secure_constructs_lets_logs_in"
_KEY_IS_CLOSED = "secure-constructs:logsKeyPolicy"
_KEY_IS_CLOSED_TEXT = (
    "The policy of the given key cannot be written from this app; make sure that it "
    "lets logs.<region>.amazonaws.com encrypt and decrypt for the log groups of this "
    "account (kms:EncryptionContext:aws:logs:arn)."
)
_USE = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
]


def log_group(
    scope: Construct,
    construct_id: str,
    *,
    kind: str,
    place: Place,
    tier: Tier,
    key: kms.IKey | None,
    retention: logs.RetentionDays | Waived | None,
) -> logs.LogGroup:
    """
    Define a log group that keeps for a year, or two weeks in development.

    Args:
        scope: The construct it belongs to.
        construct_id: Part of its logical ID.
        kind: What it is on record as.
        place: Where it stands.
        tier: What it is worth; in production it outlives its stack.
        key: The key it is encrypted with; none for the service's own.
        retention: How long it keeps, if not that long; for ever where that was
            waived.
    """
    ends = None if isinstance(retention, Waived) else retention or _RETENTION[tier]
    group = logs.LogGroup(
        scope,
        construct_id,
        encryption_key=key,
        retention=ends or _FOR_EVER,
        removal_policy=tier.removal_policy,
    )
    if isinstance(retention, Waived):
        Validations.of(group).acknowledge(
            *(Acknowledgment(id=each, reason=retention.reason) for each in _NAG)
        )
    keep_promises(group, kind=kind, place=place, tier=tier)
    return group


def let_logs_use(key: kms.IKey | AppKey | None, stack: Stack, scope: Construct) -> None:
    """
    Let CloudWatch Logs use *key* for the log groups of this account.

    CDK does not, and the log group then cannot be created. The policy of an
    `AppKey` says so from the start; that of any other key gets one statement for
    all log groups, which names none of them: a name would make the stacks of key
    and log group depend on each other.

    Args:
        key: The key, if there is one.
        stack: The stack of the log group.
        scope: Where to warn, if the key's policy cannot be written.
    """
    if key is None or isinstance(key, AppKey) or getattr(key, _LET_IN, False):
        return
    arns = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
    service = iam.ServicePrincipal(f"logs.{stack.region}.{stack.url_suffix}")
    added = key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="LogsOfThisAccount",
            principals=[service],
            actions=_USE,
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns}},
        )
    )
    note(key, _LET_IN, value=True)
    if not added.statement_added:
        Validations.of(scope).add_warning(_KEY_IS_CLOSED, _KEY_IS_CLOSED_TEXT)


def check_retention(
    inputs: Inputs, retention: logs.RetentionDays | Waived | None
) -> None:
    """Raise if CloudWatch Logs cannot keep logs for so long, or would for ever."""
    option = "log_retention"
    if isinstance(retention, logs.RetentionDays):
        if retention is _FOR_EVER:
            problem = (
                "keeps logs, and pays for them, for ever; name an end, or say why: "
                'Waived("the reason")'
            )
            raise inputs.wrong(option, retention, problem)
        return
    inputs.waived(
        option,
        retention,
        "an end of the logs (LAM-03)",
        instead="write for example logs.RetentionDays.ONE_YEAR, one of the periods "
        "that CloudWatch Logs knows",
    )
