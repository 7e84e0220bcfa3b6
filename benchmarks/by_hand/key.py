"""The key of a whole app by hand."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_iam as iam, aws_kms as kms

from benchmarks.by_hand.parts import KEPT, put_on_record

_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"]


def key(stack: cdk.Stack, construct_id: str) -> kms.Key:
    """Define a key whose policy names all services that may use it."""
    made = kms.Key(
        stack,
        construct_id,
        enable_key_rotation=True,
        rotation_period=cdk.Duration.days(365),
        pending_window=cdk.Duration.days(30),
        removal_policy=KEPT,
        policy=iam.PolicyDocument(
            statements=[*_of_the_account(), *_of_services(stack)]
        ),
    )
    put_on_record(made, "AppKey")
    return made


def _of_the_account() -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="AccountDelegatesByIamPolicies",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:*"],
            resources=["*"],
        ),
        iam.PolicyStatement(
            sid="OnlyServicesCreateGrants",
            effect=iam.Effect.DENY,
            principals=[iam.StarPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={"BoolIfExists": {"kms:GrantIsForAWSResource": "false"}},
        ),
    ]


def _of_services(stack: cdk.Stack) -> list[iam.PolicyStatement]:
    services = ("cloudwatch", "events", "s3", "sns")
    here = f"{stack.region}:{stack.account}"
    logs = f"arn:{stack.partition}:logs:{here}:*"
    buses = f"arn:{stack.partition}:events:{here}:event-bus/*"
    events = iam.ServicePrincipal("events.amazonaws.com")
    return [
        iam.PolicyStatement(
            sid="LogsOfThisAccount",
            principals=[
                iam.ServicePrincipal(f"logs.{stack.region}.{stack.url_suffix}")
            ],
            actions=[*_USE, "kms:Encrypt", "kms:ReEncrypt*"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logs}},
        ),
        iam.PolicyStatement(
            sid="ServicesForThisAccount",
            principals=[
                iam.ServicePrincipal(f"{each}.amazonaws.com") for each in services
            ],
            actions=_USE,
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": stack.account}},
        ),
        iam.PolicyStatement(
            sid="EventBusesOfThisAccount",
            principals=[events],
            actions=["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            resources=["*"],
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:events:event-bus:arn": buses}
            },
        ),
        iam.PolicyStatement(
            sid="DeliveredLogsOfThisAccount",
            principals=[
                iam.ServicePrincipal("delivery.logs.amazonaws.com"),
                events,
            ],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:SourceArn": logs}},
        ),
    ]
