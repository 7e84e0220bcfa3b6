"""Tests for what ObservedFunction refuses, before it makes anything."""

from __future__ import annotations

import datetime as dt
import re

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_ec2 as ec2,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_logs as logs,
    aws_s3 as s3,
)

from secure_constructs import ObservedFunction, Waived
from tests.support.synth import new_app, synthesize

REASON = "watched by the monitoring of our platform team"
YESTERDAY = dt.datetime.now(tz=dt.timezone.utc).date() - dt.timedelta(days=1)
ARM = lambda_.Architecture.ARM_64
X86 = lambda_.Architecture.X86_64
IMAGE = lambda_.Runtime.FROM_IMAGE
OUTDATED = lambda_.Runtime("nodejs18.x", lambda_.RuntimeFamily.NODEJS)
FOR_EVER = logs.RetentionDays.INFINITE
TO_ANYWHERE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC)
LAYER = "arn:aws:lambda:eu-west-1:111122223333:layer:"


def function(scope: cdk.Stack, **options: Any) -> ObservedFunction:
    """Return a function with *options*."""
    plain = {
        "code": lambda_.Code.from_inline("def handler(event, context): pass"),
        "handler": "index.handler",
        "runtime": lambda_.Runtime.PYTHON_3_14,
    }
    return ObservedFunction(scope, "Orders", **{**plain, **options})


# Each option with a value of a wrong kind, and what the error says after these two.
WRONG_KINDS: list[tuple[str, object, str]] = [
    ("code", "handlers/orders", "is no code; write lambda_.Code.from_asset('path/"),
    ("handler", None, "is no text; write 'orders.handler'"),
    ("handler", 1, "is no text; write 'orders.handler'"),
    ("runtime", "python3.14", "is no runtime; write for example lambda_.Runtime.PY"),
    ("architecture", "x86_64", "is no architecture; write lambda_.Architecture.X86"),
    ("function_name", 1, "is no text; write 'orders'"),
    ("description", 1, "is no text; write 'Takes orders'"),
    ("role", "arn:aws:iam::111122223333:role/orders", "is no role; pass an iam.Role"),
    ("initial_policy", {"Action": "s3:*"}, "is no list of PolicyStatement"),
    ("vpc", "vpc-12345678", "is no VPC; pass an ec2.Vpc"),
    ("vpc_subnets", "private", "is no SubnetSelection; write ec2.SubnetSelection(...)"),
    ("security_groups", "sg-12345678", "is no list of groups"),
    ("allow_all_outbound", "yes", "is neither True nor False"),
    ("log_retention", 45, "is neither left out nor Waived; write for example logs.Re"),
    ("log_group", "/aws/lambda/orders", "is no log group; pass a logs.LogGroup or an"),
    ("log_level", "WARN", "is no level; write lambda_.ApplicationLogLevel.WARN"),
    ("encryption_key", "alias/orders", "is no key; pass a kms.Key, an imported key"),
    ("alarm_topic", "arn:aws:sns:eu-west-1:111122223333:on-call", "is no topic; pass"),
    ("dashboard", "yes", "is neither True nor False"),
    ("dashboard", None, "is neither True nor False"),
    ("tier", "production", "is no Tier; use Tier.PRODUCTION or Tier.DEVELOPMENT"),
    ("layers", f"{LAYER}tools:1", "is no list of layers"),
]

# Each option with a value it must not have, and what the error says after these two.
WRONG: list[tuple[str, object, str]] = [
    ("handler", "", "is empty; write 'orders.handler'"),
    ("handler", " ", "is empty; write 'orders.handler'"),
    (
        "handler",
        "FROM_IMAGE",
        "does not go with the runtime; a container image has Run",
    ),
    ("function_name", "", "is empty; write 'orders'"),
    ("function_name", "my orders", "is no function's name: up to 64 letters, digits,"),
    ("function_name", "a" * 65, "is no function's name: up to 64 letters, digits,"),
    ("description", "", "is empty; write 'Takes orders'"),
    ("description", "a" * 257, "is longer than 256 characters"),
    ("security_groups", [], "needs a VPC; pass vpc= as well, or leave it out"),
    ("vpc_subnets", TO_ANYWHERE, "needs a VPC; pass vpc= as well, or leave it out"),
    ("allow_all_outbound", True, "needs a VPC; pass vpc= as well, or leave it out"),
    ("log_retention", FOR_EVER, "keeps logs, and pays for them, for ever; name an end"),
]


def says(message: str) -> str:
    """Return the pattern for an error of the function that starts with *message*."""
    return "^" + re.escape(f"ObservedFunction 'Stack/Orders': {message}")


class TestArguments:
    """Arguments that are wrong by themselves, or together."""

    @pytest.mark.parametrize(
        ("option", "value", "problem"),
        WRONG_KINDS,
        ids=[f"{option}={value!r:.24}" for option, value, _ in WRONG_KINDS],
    )
    def test_fails_on_a_wrong_kind(self, stack, option, value, problem):
        """The error names construct, option and value; nothing was created."""
        with pytest.raises(TypeError, match=says(f"{option}={value!r} {problem}")):
            function(stack, **{option: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize(
        ("option", "value", "problem"),
        WRONG,
        ids=[f"{option}={value!r:.24}" for option, value, _ in WRONG],
    )
    def test_fails_on_a_wrong_value(self, stack, option, value, problem):
        """The error names construct, option and value; nothing was created."""
        shown = repr(value) if isinstance(value, str) else str(value)
        with pytest.raises(ValueError, match=says(f"{option}={shown} {problem}")):
            function(stack, **{option: value})

        assert [] == stack.node.children

    def test_fails_on_an_image_with_the_handler_of_a_zip(self, stack):
        """The error says what goes together."""
        message = "handler='index.handler' does not go with the runtime; a container im"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, runtime=IMAGE)

    def test_fails_on_a_runtime_without_patches(self, stack):
        """The error says what to do with a function that still has it."""
        message = (
            "runtime='nodejs18.x' is a runtime that AWS no longer patches (LAM-15)"
        )
        with pytest.raises(ValueError, match=says(f"{message}; move to a supported")):
            function(stack, runtime=OUTDATED)

    def test_fails_on_a_statement_as_a_dict(self, stack):
        """CDK's own statements only: a dict loses its keys without a word."""
        message = says(
            "initial_policy[1]={'Action': 's3:*'} is no PolicyStatement; wri"
        )
        with pytest.raises(TypeError, match=message):
            function(stack, initial_policy=[iam.PolicyStatement(), {"Action": "s3:*"}])

    def test_fails_on_a_group_by_its_id(self, stack):
        """CDK has a class for that."""
        message = (
            "security_groups[0]='sg-12345678' is no security group; pass an ec2.Sec"
        )
        with pytest.raises(TypeError, match=says(message)):
            function(stack, vpc=ec2.Vpc(stack, "Vpc"), security_groups=["sg-12345678"])

    def test_fails_on_logs_kept_for_a_duration(self, stack):
        """The periods are CloudWatch's; the error names one."""
        message = "log_retention=.* is neither .* write for example .*ONE_YEAR, one of"
        with pytest.raises(TypeError, match=message):
            function(stack, log_retention=cdk.Duration.days(30))

    def test_fails_on_the_retention_of_a_group_of_yours(self, stack):
        """What is given as it is keeps logs as long as it says itself."""
        group = logs.LogGroup.from_log_group_name(stack, "Group", "/orders")
        week = logs.RetentionDays.ONE_WEEK

        message = f"log_retention={week} is for the function's own log group; set it on"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, log_group=group, log_retention=week)

    def test_fails_on_a_way_out_for_groups_of_yours(self, stack):
        """The rules of a security group are its owner's."""
        vpc = ec2.Vpc(stack, "Vpc")
        group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-12345678")

        message = (
            "allow_all_outbound=True is for the function's own security group; set"
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, vpc=vpc, security_groups=[group], allow_all_outbound=True)


WAIVABLE = {
    "json_logs": "structured logs (LAM-03)",
    "log_retention": "an end of the logs (LAM-03)",
    "tracing": "traces (LAM-05)",
    "failure_queue": "failed events (LAM-06)",
    "loop_detection": "the end of loops (LAM-07)",
    "alarms": "alarms (LAM-08)",
}


@pytest.mark.parametrize(("option", "promise"), WAIVABLE.items(), ids=WAIVABLE)
class TestWaivers:
    """What is no waiver that counts."""

    @pytest.mark.parametrize("value", [True, False, "not for us"])
    def test_fails_on_what_is_no_waiver(self, stack, option, promise, value):
        """The error says what would be given up, and how."""
        start = says(f"{option}={value!r} is neither left out nor Waived; ")
        end = re.escape(f'or give {promise} up with Waived("the reason")')
        with pytest.raises(TypeError, match=f"{start}.*{end}$"):
            function(stack, **{option: value})

        assert [] == stack.node.children

    @pytest.mark.parametrize(
        ("waiver", "problem"),
        [
            (Waived("not needed for now"), "does not say why; give an argument"),
            (Waived(REASON, until=YESTERDAY), f"ended on {YESTERDAY}; keep the prot"),
        ],
        ids=["says nothing", "ended"],
    )
    def test_fails_on_a_waiver_that(self, stack, option, promise, waiver, problem):
        """A waiver says why, and holds until its end."""
        with pytest.raises(ValueError, match=says(f"{option}={waiver} {problem}")):
            function(stack, **{option: waiver})

        assert [] == stack.node.children


def imported(stack: cdk.Stack, name: str) -> lambda_.ILayerVersion:
    """Return the layer with this *name* and version, by its ARN."""
    return lambda_.LayerVersion.from_layer_version_arn(stack, name, LAYER + name)


def own(stack: cdk.Stack, *made_for: lambda_.Architecture) -> lambda_.LayerVersion:
    """Return a layer that says what it is *made_for*, if anything."""
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "layers")
    return lambda_.LayerVersion(
        stack,
        "Layer",
        code=lambda_.Code.from_bucket(bucket, "layer.zip"),
        compatible_architectures=list(made_for) or None,
    )


ONLY_X86 = (
    "tools-x86_64:1",
    "tools-X86:1",
    "tools-amd64:1",
    "AWSLambdaPowertoolsPythonV3-python314-x86_64:7",
    "AWSLambdaPowertoolsPythonV2:69",
    "LambdaInsightsExtension:56",
    "AWS-Parameters-and-Secrets-Lambda-Extension:12",
    "AWS-AppConfig-Extension:128",
    "Datadog-Extension:65",
)
ONLY_ARM = (
    "tools-aarch64:1",
    "AWSLambdaPowertoolsPythonV3-python314-arm64:7",
    "AWSLambdaPowertoolsPythonV2-Arm64:69",
    "LambdaInsightsExtension-Arm64:20",
    "AWS-Parameters-and-Secrets-Lambda-Extension-Arm64:12",
    "Datadog-Extension-ARM:65",
)
NO_MATTER = ("tools:1", "LambdaInsightsExtensionOfOurs:1")
ARCHITECTURES = {"arm64": ARM, "x86_64": X86}
REFUSED_LAYERS = [("arm64", name) for name in ONLY_X86] + [
    ("x86_64", name) for name in ONLY_ARM
]
TAKEN_LAYERS = [("arm64", name) for name in (*ONLY_ARM, *NO_MATTER)] + [
    ("x86_64", name) for name in (*ONLY_X86, *NO_MATTER)
]


class TestLayers:
    """Layers that the function cannot use."""

    @pytest.mark.parametrize(("architecture", "name"), REFUSED_LAYERS)
    def test_fails_on_an_imported_one(self, stack, architecture, name):
        """An imported layer says in its name what it is made for, or is known."""
        layers = [imported(stack, "fine:1"), imported(stack, name)]
        message = f"layers[1]='Stack/{name}' cannot run on {architecture}; use its ver"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, layers=layers, architecture=ARCHITECTURES[architecture])

    @pytest.mark.parametrize(("architecture", "name"), TAKEN_LAYERS)
    def test_takes_an_imported_one(self, stack, architecture, name):
        """A layer for this architecture, or one that says nothing of it."""
        layers = [imported(stack, name)]

        assert function(stack, layers=layers, architecture=ARCHITECTURES[architecture])

    @pytest.mark.parametrize(
        ("made_for", "given", "runs_on"),
        [(X86, None, "arm64"), (X86, ARM, "arm64"), (ARM, X86, "x86_64")],
        ids=["x86, by default", "x86 on arm64", "arm64 on x86"],
    )
    def test_fails_on_one_of_this_app(self, stack, made_for, given, runs_on):
        """The error names the layer, and both ways out."""
        layers = [own(stack, made_for)]
        message = (
            f"layers[0]='Stack/Layer' cannot run on {runs_on}; use its version for "
            "that, or pass architecture="
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, layers=layers, architecture=given)

    @pytest.mark.parametrize(
        "made_for", [(ARM,), (X86, ARM), ()], ids=["arm64", "both", "not said"]
    )
    def test_takes_one_of_this_app(self, stack, made_for):
        """A layer for several architectures, or for no one in particular."""
        assert function(stack, layers=[own(stack, *made_for)])

    def test_fails_on_six(self, stack):
        """Five are Lambda's limit."""
        layers = [imported(stack, f"tools:{number}") for number in range(6)]

        with pytest.raises(
            ValueError, match=says("layers=6 are more than 5, Lambda's")
        ):
            function(stack, layers=layers)

    def test_fails_on_five_and_that_of_powertools(self, stack):
        """The error says which one is not in the list."""
        layers = [imported(stack, f"tools:{number}") for number in range(5)]

        message = (
            "layers=6 are more than 5, Lambda's limit; powertools_layer= is one of"
        )
        with pytest.raises(ValueError, match=says(message)):
            function(stack, layers=layers, powertools_layer="latest")

    def test_takes_five(self, stack):
        """So many pass."""
        layers = [imported(stack, f"tools:{number}") for number in range(5)]

        assert function(stack, layers=layers)

    def test_fails_on_one_by_its_arn(self, stack):
        """CDK has a class for that."""
        with pytest.raises(
            TypeError, match=says(f"layers[0]='{LAYER}a:1' is no layer")
        ):
            function(stack, layers=[f"{LAYER}a:1"])

    def test_fails_with_an_image(self, stack):
        """Lambda refuses both together."""
        image = {"runtime": IMAGE, "handler": lambda_.Handler.FROM_IMAGE}

        message = "layers=1 do not go with a container image; build them into it"
        with pytest.raises(ValueError, match=says(message)):
            function(stack, layers=[imported(stack, "tools:1")], **image)


class TestErrorsOfCdk:
    """What only CDK notices, after the first parts of the function were made."""

    @pytest.mark.parametrize("problem", ["inline Java", "public subnet"])
    def test_leaves_nothing_behind(self, problem):
        """The tree is as it was, the guard content, and the id can be used again."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        vpc = ec2.Vpc(stack, "Vpc")
        options: dict[str, Any] = {
            "inline Java": {"runtime": lambda_.Runtime.JAVA_21},
            "public subnet": {"vpc": vpc, "vpc_subnets": TO_ANYWHERE},
        }
        before = stack.node.children
        with pytest.raises(RuntimeError, match="not allowed for java21|public subnet"):
            function(stack, **options[problem])

        assert before == stack.node.children
        assert function(stack)
        assert set() == synthesize(app).findings
