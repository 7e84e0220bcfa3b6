"""Tests for `secure_constructs.checks.lambda_`: the runtime, and who may call."""

from __future__ import annotations

import datetime as dt
import json

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cfnlint
import pytest

from aws_cdk import (
    aws_iam as iam,
    aws_lambda,
    aws_s3 as s3,
    aws_s3_notifications as notifications,
)

from secure_constructs.checks import Template, lambda_
from tests.support.synth import FLAGS, new_app, template_of
from tests.support.unknowable import INTRINSICS

NO_VALUE = {"Ref": "AWS::NoValue"}
ACCOUNT = {"Ref": "AWS::AccountId"}
ALIAS = {"FunctionName": {"Ref": "Orders"}, "Name": "live"}
# What names the function `Orders`, its alias or its version, as templates do.
NAMES = [
    {"Ref": "Orders"},
    {"Fn::GetAtt": ["Orders", "Arn"]},
    {"Ref": "Live"},
    {"Ref": "Version"},
    {"Fn::Sub": "${Orders}:live"},
    {"Fn::Sub": "${Orders.Arn}:live"},
    "orders",
    "orders:live",
    "arn:aws:lambda:eu-west-1:111122223333:function:orders",
    {"Fn::Sub": "arn:${AWS::Partition}:lambda:eu-west-1:1:function:orders:$LATEST"},
]
_NAMES = pytest.mark.parametrize("name", NAMES, ids=str)
_OTHERS = pytest.mark.parametrize(
    "name", [{"Ref": "Other"}, "other", "orders-2", *INTRINSICS.values()], ids=str
)


def template(properties: Any = None, **resources: Any) -> dict[str, Any]:
    """Return a template of the function `Orders`, its alias and its version."""
    function = {"Type": "AWS::Lambda::Function", "Properties": properties or {}}
    return {
        "Resources": {
            "Orders": function,
            "Live": {"Type": "AWS::Lambda::Alias", "Properties": ALIAS},
            "Version": {"Type": "AWS::Lambda::Version", "Properties": ALIAS},
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Rule": {"Type": "AWS::Events::Rule"},
            **resources,
        }
    }


def problems(body: dict[str, Any], logical_id: str = "Orders") -> list[str]:
    """Return what LAM-15 finds at a function."""
    found = lambda_.not_exposed.breaches(Template(body).resources[logical_id])
    return [f"{each.location}: {each.problem}" for each in found]


class TestRuntime:
    @pytest.mark.parametrize(
        "runtime",
        [None, "python3.13", "nodejs22.x", "java8.al2", *INTRINSICS.values()],
        ids=str,
    )
    def test_supported(self, runtime):
        """Images have none, and what is unknown may be supported."""
        assert [] == problems(template({"Runtime": runtime}))

    @pytest.mark.parametrize("runtime", ["python3.9", "nodejs20.x", "go1.x"])
    def test_not_deprecated(self, runtime):
        """The finding says which."""
        problem = f"AWS no longer supports the runtime {runtime}"
        expected = f"Properties.Runtime: {problem}"

        assert [expected] == problems(template({"Runtime": runtime}))

    def test_is_deprecated_as_cfn_lint_knows(self):
        """What was deprecated until November 2026 is in the list, and nothing else."""
        path = "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"
        dates = json.loads((Path(cfnlint.__file__).parent / path).read_text())
        end = dt.date(2026, 11, 30).isoformat()
        deprecated = {name for name in dates if dates[name]["deprecated"] <= end}

        # .NET 9 was only ever for images, which have no runtime.
        assert deprecated - {"dotnet9"} == lambda_.DEPRECATED_RUNTIMES


class TestUrl:
    OPEN = "Properties: its URL lets everybody call it"

    def found(self, auth: Any, name: Any) -> list[str]:
        """Return what is found with a URL of the function *name*."""
        url = {"AuthType": auth, "TargetFunctionArn": name}
        body = {"Type": "AWS::Lambda::Url", "Properties": url}
        return problems(template({"FunctionName": "orders"}, Url=body))

    @_NAMES
    def test_not_for_everybody(self, name):
        """A URL without authentication opens the function, or a version of it."""
        assert [self.OPEN] == self.found("NONE", name)

    @pytest.mark.parametrize("auth", ["AWS_IAM", *INTRINSICS.values()], ids=str)
    def test_with_authentication(self, auth):
        """IAM lets in whom a policy names."""
        assert [] == self.found(auth, {"Ref": "Orders"})

    @_OTHERS
    def test_of_another_function(self, name):
        """The URL of another function is its own."""
        assert [] == self.found("NONE", name)


class TestPermission:
    EVERYBODY = "Properties: a permission lets everybody call it"

    def found(self, principal: Any, name: Any = None, **more: Any) -> list[str]:
        """Return what is found with a permission for *principal*."""
        properties = {
            "FunctionName": name or {"Ref": "Orders"},
            "Principal": principal,
            **more,
        }
        body = {"Type": "AWS::Lambda::Permission", "Properties": properties}
        return problems(template({"FunctionName": "orders"}, Permission=body))

    @_NAMES
    def test_not_for_everybody(self, name):
        """Everybody may be let in to the function, or to a version of it."""
        assert [self.EVERYBODY] == self.found("*", name)

    @_OTHERS
    def test_of_another_function(self, name):
        """The permission of another function is its own."""
        assert [] == self.found("*", name)

    def test_for_everybody_of_an_organization(self):
        """Everybody who is somebody here may be meant."""
        assert [] == self.found("*", PrincipalOrgID="o-1234567890")

    @pytest.mark.parametrize(
        "service",
        [
            "s3.amazonaws.com",
            "events.amazonaws.com.cn",
            {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"},
        ],
        ids=str,
    )
    def test_not_for_a_service_in_any_account(self, service):
        """A service acts for whoever asks it to; an organization changes nothing."""
        name = service if isinstance(service, str) else service["Fn::Sub"]
        problem = f"a permission lets {name} call it for any account"

        assert [f"Properties: {problem}"] == self.found(service, PrincipalOrgID="o-1")

    @pytest.mark.parametrize(
        "principal",
        [
            "111122223333",
            "arn:aws:iam::111122223333:role/caller",
            {"Fn::GetAtt": ["Role", "Arn"]},
            "alexa-appkit.amazon.com",
            *INTRINSICS.values(),
        ],
        ids=str,
    )
    def test_for_who_is_named(self, principal):
        """A named principal, and one that is not known, is no service."""
        assert [] == self.found(principal)

    @pytest.mark.parametrize("principal", ["*", "sns.amazonaws.com"])
    @pytest.mark.parametrize("account", ["111122223333", ACCOUNT, INTRINSICS["if"]])
    def test_with_the_account_of_the_source(self, principal, account):
        """Whose resource calls is settled by the account."""
        assert [] == self.found(principal, SourceAccount=account)

    @pytest.mark.parametrize("principal", ["*", "sns.amazonaws.com"])
    @pytest.mark.parametrize(
        "arn",
        [
            {"Ref": "Topic"},
            {"Fn::GetAtt": ["Rule", "Arn"]},
            "arn:aws:sns:eu-west-1:111122223333:orders",
            "arn:aws:events:*:111122223333:rule/*",
            {"Fn::Sub": "arn:aws:execute-api:*:${AWS::AccountId}:${Api}/*"},
            *INTRINSICS.values(),
        ],
        ids=str,
    )
    def test_with_an_account_in_the_arn(self, principal, arn):
        """So is it by an ARN with an account in it, or of a resource of the stack."""
        assert [] == self.found(principal, SourceArn=arn)

    @pytest.mark.parametrize(
        "arn",
        [
            NO_VALUE,
            {"Fn::GetAtt": ["Bucket", "Arn"]},
            "arn:aws:s3:::orders",
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Bucket}"},
            "arn:aws:events:eu-west-1:*:rule/orders",
            "arn:aws:events:eu-west-1:11112222????:rule/orders",
            "*",
            "",
        ],
        ids=str,
    )
    def test_not_with_an_arn_of_any_account(self, arn):
        """The ARN of a bucket has no account: its name can be somebody else's next."""
        assert 1 == len(self.found("s3.amazonaws.com", SourceArn=arn))

    def test_each_problem_once(self):
        """Several permissions of one kind make one finding; others do not hide."""
        permissions = {
            f"Permission{index}": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {"FunctionName": "orders", "Principal": principal},
            }
            for index, principal in enumerate(["111122223333", "*", "*"])
        }
        body = template({"FunctionName": "orders"}, **permissions)

        assert [self.EVERYBODY] == problems(body)


class TestFunctionOfCdk:
    """What CDK writes is read as it is meant."""

    @pytest.fixture(params=FLAGS.values(), ids=list(FLAGS))
    def stack(self, request):
        """Return an empty stack."""
        return cdk.Stack(new_app(request.param), "Stack")

    @pytest.fixture
    def function(self, stack):
        """Return a plain function."""
        return aws_lambda.Function(
            stack,
            "Orders",
            code=aws_lambda.Code.from_inline("-"),
            handler="index.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
        )

    def found(self, function: aws_lambda.Function) -> list[str]:
        """Return what is found at *function*."""
        stack = cdk.Stack.of(function)
        logical_id = stack.resolve(function.function_name)["Ref"]
        return problems(template_of(stack), logical_id)

    def test_called_by_a_bucket(self, stack, function):
        """CDK ties S3 by the account."""
        to = notifications.LambdaDestination(function)
        bucket = s3.Bucket(stack, "Bucket")
        bucket.add_event_notification(s3.EventType.OBJECT_CREATED, to)

        assert [] == self.found(function)

    def test_called_by_anybody(self, function):
        """CDK opens an alias by a URL, and by permissions that go with it."""
        alias = function.add_alias("live")
        alias.add_function_url(auth_type=aws_lambda.FunctionUrlAuthType.NONE)

        assert [TestUrl.OPEN, TestPermission.EVERYBODY] == self.found(function)

    def test_called_by_a_service(self, function):
        """CDK ties no service by itself."""
        function.grant_invoke(iam.ServicePrincipal("s3.amazonaws.com"))
        problem = "a permission lets s3.amazonaws.com call it for any account"

        assert [f"Properties: {problem}"] == self.found(function)
