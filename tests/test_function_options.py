"""Tests for `secure_constructs.function`: secrets, networks, aliases, images, roles."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_ec2 as ec2,
    aws_lambda as lambda_,
    aws_sqs as sqs,
)

from secure_constructs import Waived
from tests.support.functions import (
    FUNCTION,
    development,
    environment,
    function,
    only,
)
from tests.support.synth import (
    RECOMMENDED,
    assembly_of,
    new_app,
    resources,
    template_of,
)

REASON = "nobody calls this function but its own team"
NEEDS_A_ROLE = "secure-constructs:roleOfYours"


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def statements(template: Any, policy: str) -> dict[str, Any]:
    """Return the statements of a policy of the function's role, by their Sid."""
    (found,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for name, each in resources(template, "AWS::IAM::ManagedPolicy").items()
        if name.startswith(f"FnServiceRole{policy}")
    )
    return {each.get("Sid", index): each for index, each in enumerate(found)}


class TestNetwork:
    def network(self, stack: cdk.Stack) -> ec2.Vpc:
        """Return a VPC with private subnets."""
        return ec2.Vpc(stack, "Vpc", nat_gateways=1)

    def test_own_group_reaches_nothing(self, stack):
        """Egress is named, and nothing is open by default."""
        function(stack, vpc=self.network(stack))

        (egress,) = only(template_of(stack), "EC2::SecurityGroup")[
            "SecurityGroupEgress"
        ]
        assert "255.255.255.255/32" == egress["CidrIp"]

    def test_egress_is_named(self, stack):
        """The inner function's connections open what is needed."""
        vpc = self.network(stack)
        database = ec2.SecurityGroup(stack, "Database", vpc=vpc)
        made = function(stack, vpc=vpc)
        made.function.connections.allow_to(database, ec2.Port.tcp(5432))

        egress = only(template_of(stack), "EC2::SecurityGroupEgress")
        assert 5432 == egress["ToPort"]

    def test_or_open_as_it_was(self, stack):
        """A live function keeps the way out that CDK gave it."""
        function(stack, vpc=self.network(stack), allow_all_outbound=True)

        (egress,) = only(template_of(stack), "EC2::SecurityGroup")[
            "SecurityGroupEgress"
        ]
        assert "0.0.0.0/0" == egress["CidrIp"]

    def test_groups_of_the_user(self, stack):
        """Given groups are the only ones."""
        vpc = self.network(stack)
        group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
        subnets = ec2.SubnetSelection(availability_zones=vpc.availability_zones[:1])
        function(stack, vpc=vpc, security_groups=[group], vpc_subnets=subnets)

        template = template_of(stack)
        config = only(template, "Lambda::Function")["VpcConfig"]
        assert 1 == len(resources(template, "AWS::EC2::SecurityGroup"))
        assert 1 == len(config["SecurityGroupIds"])
        assert 1 == len(config["SubnetIds"])

    def test_can_be_deployed(self, stack):
        """The role may make network interfaces, which Lambda checks at deployment."""
        function(stack, vpc=self.network(stack))

        assert (
            "ec2:CreateNetworkInterface"
            in (
                statements(template_of(stack), "Own")[
                    "NetworkInterfacesByLambdaItself"
                ]["Action"]
            )
        )


class TestLive:
    """What is always ready, or starts from a snapshot, is behind an alias."""

    def test_without_either_there_is_no_alias(self, stack):
        """The target is the function itself."""
        made = function(stack)

        assert made.target is made.function
        assert {} == resources(template_of(stack), "AWS::Lambda::Alias")

    @pytest.mark.parametrize(("given", "highest"), [(None, 10), (7, 7)])
    def test_provisioned_concurrency_scales(self, stack, given, highest):
        """As many as asked are ready, up to twice as many when 70 % are busy."""
        made = function(
            stack, provisioned_concurrency=5, max_provisioned_concurrency=given
        )

        template = template_of(stack)
        alias = only(template, "Lambda::Alias")
        config = alias["ProvisionedConcurrencyConfig"]
        scaling = only(template, "ApplicationAutoScaling::ScalableTarget")
        policy = only(template, "ApplicationAutoScaling::ScalingPolicy")
        assert "live" == alias["Name"]
        assert {"ProvisionedConcurrentExecutions": 5} == config
        assert (5, highest) == (scaling["MinCapacity"], scaling["MaxCapacity"])
        tracking = policy["TargetTrackingScalingPolicyConfiguration"]
        assert 0.7 == tracking["TargetValue"]
        assert "Stack/Fn/Default/Aliaslive" == made.target.node.path

    def test_snap_start(self):
        """Versions start from snapshots, without CDK's warning that others do not."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        function(stack, snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS)

        assembly = assembly_of(stack)
        template = assembly.templates["Stack.template.json"]
        snap_start = only(template, "Lambda::Function")["SnapStart"]
        assert {"ApplyOn": "PublishedVersions"} == snap_start
        assert "live" == only(template, "Lambda::Alias")["Name"]
        assert "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish" not in (
            assembly.rules
        )

    def test_a_changed_function_is_a_new_version(self, stack):
        """What is set on the L1 counts as a change as well."""
        versions: list[str] = []
        for tracing in (None, Waived(REASON)):
            stack = cdk.Stack(new_app(), "Stack")
            function(stack, provisioned_concurrency=1, tracing=tracing)
            versions += resources(template_of(stack), "AWS::Lambda::Version")

        assert 2 == len(set(versions))

    def test_keeps_what_fails_behind_the_alias_too(self, stack):
        """Lambda decides that for each alias anew, and by default it keeps nothing."""
        function(stack, provisioned_concurrency=5, retry_attempts=1)

        configs = resources(template_of(stack), "AWS::Lambda::EventInvokeConfig")
        latest, live = (each["Properties"] for each in configs.values())
        assert latest.pop("Qualifier") != live.pop("Qualifier")
        assert latest == live

    def test_event_sources_call_the_alias(self, stack):
        """What works on a queue is always ready as well."""
        visible = cdk.Duration.minutes(3)
        queue = sqs.Queue(stack, "Queue", visibility_timeout=visible)
        function(stack, provisioned_concurrency=5).add_queue_source(queue)

        mapping = only(template_of(stack), "Lambda::EventSourceMapping")
        assert ":live" in str(mapping["FunctionName"])

    def test_reserved_concurrency(self, stack):
        """A brake on runaway scaling, down to none at all (LAM-07)."""
        function(stack, reserved_concurrent_executions=0)

        found = only(template_of(stack), "Lambda::Function")
        assert 0 == found["ReservedConcurrentExecutions"]

    def test_tenants(self, stack):
        """Lambda isolates tenants from each other on request."""
        function(stack, tenancy_config=lambda_.TenancyConfig.PER_TENANT)

        found = only(template_of(stack), "Lambda::Function")["TenancyConfig"]
        assert {"TenantIsolationMode": "PER_TENANT"} == found


class TestCode:
    """All that Lambda runs is taken."""

    def test_a_folder(self, stack):
        """Code of a folder is an asset."""
        function(stack, code=lambda_.Code.from_asset("docs"))

        assert "S3Key" in only(template_of(stack), "Lambda::Function")["Code"]

    def test_an_image(self, stack, tmp_path):
        """A container image has neither runtime nor handler, but Powertools' names."""
        (tmp_path / "Dockerfile").write_text("FROM scratch")
        image = lambda_.Code.from_asset_image(str(tmp_path))
        handler = lambda_.Handler.FROM_IMAGE
        function(stack, code=image, handler=handler, runtime=lambda_.Runtime.FROM_IMAGE)

        found = only(template_of(stack), "Lambda::Function")
        assert "Image" == found["PackageType"]
        assert "Runtime" not in found
        assert "Fn" == found["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]

    def test_x86(self, stack):
        """A function can stay on the architecture it has."""
        function(stack, architecture=lambda_.Architecture.X86_64)

        found = only(template_of(stack), "Lambda::Function")["Architectures"]
        assert ["x86_64"] == found

    def test_layers_for_both_architectures(self, stack):
        """A layer that says it runs on arm64 is taken, and one that says nothing."""
        code = lambda_.Code.from_asset("docs")
        said = [lambda_.Architecture.ARM_64, lambda_.Architecture.X86_64]
        layers = [
            lambda_.LayerVersion(
                stack, "Both", code=code, compatible_architectures=said
            ),
            lambda_.LayerVersion(stack, "Silent", code=code),
        ]
        function(stack, layers=layers)

        assert 2 == len(only(template_of(stack), "Lambda::Function")["Layers"])

    def test_disk(self, stack):
        """The ephemeral storage is as large as asked."""
        function(stack, ephemeral_storage_size=cdk.Size.gibibytes(2))

        found = only(template_of(stack), "Lambda::Function")["EphemeralStorage"]
        assert {"Size": 2048} == found


class TestOverrides:
    """A promise that something breaks from outside is a finding."""

    @pytest.mark.parametrize(
        ("path", "rule"),
        [
            ("Timeout", "LAM-01"),
            ("MemorySize", "LAM-02"),
            ("LoggingConfig.LogFormat", "LAM-03"),
            ("TracingConfig", "LAM-05"),
        ],
    )
    def test_of_a_property(self, stack, path, rule):
        """An escape hatch is seen in the finished template."""
        made = development(stack)
        l1: Any = made.function.node.default_child
        l1.add_property_deletion_override(path)

        assert {(rule, "Stack/Fn/Default/Resource")} == (assembly_of(stack).findings)

    def test_a_public_url(self, stack):
        """A URL that everybody may call is a finding (LAM-15)."""
        made = development(stack)
        open_to_all = lambda_.FunctionUrlAuthType.NONE
        made.function.add_function_url(auth_type=open_to_all)

        assert "LAM-15" in assembly_of(stack).rules

    def test_a_missing_destination(self, stack):
        """Without it failed events would be lost (LAM-06)."""
        made = development(stack)
        config: Any = made.function.node.find_child("EventInvokeConfig")
        config.node.default_child.add_property_deletion_override("DestinationConfig")

        assert "LAM-06" in assembly_of(stack).rules

    def test_a_missing_alarm(self, stack):
        """Whoever removes an alarm is asked why (LAM-08)."""
        made = function(stack)
        made.node.try_remove_child("Errors")

        assert "LAM-08" in assembly_of(stack).rules


class TestEnvironment:
    def test_can_be_added_to(self, stack):
        """Variables that are known later are added, checked as the others."""
        made = function(stack, environment={"STAGE": "test"})
        made.add_environment("QUEUE_URL", sqs.Queue(stack, "Queue").queue_url)

        found = environment(template_of(stack))
        assert "test" == found["STAGE"]
        assert {"Ref": "Queue4A7E3555"} == found["QUEUE_URL"]


def test_names(stack):
    """Name and ARN are those of the function, for what is made beside it."""
    made = function(stack, function_name="orders")
    cdk.CfnOutput(stack, "Name", value=made.function_name)
    cdk.CfnOutput(stack, "Arn", value=made.function_arn)

    outputs = template_of(stack)["Outputs"]
    assert {"Ref": FUNCTION} == outputs["Name"]["Value"]
    assert {"Fn::GetAtt": [FUNCTION, "Arn"]} == outputs["Arn"]["Value"]
