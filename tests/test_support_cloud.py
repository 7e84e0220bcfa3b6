"""Tests for `tests.support.cloud`: what templates become when they are deployed."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_iam as iam, aws_s3 as s3, aws_sqs as sqs

from tests.support.cloud import Cloud
from tests.support.iam import Request

HERE = "eu-west-1:111122223333"
GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
BUCKET = {"Type": "AWS::S3::Bucket"}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"},
}


def document(*statements: Any) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    """Return a resource of a template."""
    return {"Type": f"AWS::{type_}", "Properties": properties}


def role(**properties: Any) -> dict[str, Any]:
    """Return a role called `app`."""
    named = {"RoleName": "app", "AssumeRolePolicyDocument": TRUST}
    return resource("IAM::Role", **named, **properties)


def one(resources: Any = None, **sections: Any) -> Cloud:
    """Return the cloud of one stack, `S`."""
    return Cloud.of({"S": {"Resources": resources or {}, **sections}})


def value_of(value: Any, resources: Any = None, **sections: Any) -> Any:
    """Return what *value* is resolved to in a stack with *resources*."""
    holder = {"It": {"Type": "It", "Properties": {"Value": value}}}
    (it,) = one({**holder, **(resources or {})}, **sections).resources("It")
    return it.get("Value")


class TestIntrinsics:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ({"Ref": "AWS::AccountId"}, "111122223333"),
            ({"Ref": "AWS::Region"}, "eu-west-1"),
            ({"Ref": "AWS::Partition"}, "aws"),
            ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
            ({"Ref": "AWS::StackName"}, "S"),
            ({"Ref": "AWS::NoValue"}, None),
            ([1, {"Ref": "AWS::NoValue"}], [1]),
            ({"a": 1, "b": {"Ref": "AWS::NoValue"}}, {"a": 1}),
            ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-eu-west-1"),
            ({"Fn::Split": ["/", "a/b"]}, ["a", "b"]),
            ({"Fn::Select": ["1", {"Fn::Split": ["/", "a/b"]}]}, "b"),
            (
                {"Fn::Sub": "${AWS::Region}/${B}/${B.Arn}"},
                "eu-west-1/S-B/arn:aws:s3:::S-B",
            ),
            (
                {"Fn::Sub": ["${x}-${B}", {"x": {"Ref": "AWS::Region"}}]},
                "eu-west-1-S-B",
            ),
            ({"Fn::Sub": "${!aws:username}/*"}, "${aws:username}/*"),
            ({"Fn::FindInMap": ["M", {"Ref": "AWS::Region"}, "k"]}, "mapped"),
            ("${aws:username}", "${aws:username}"),
        ],
    )
    def test_resolve(self, value, expected):
        """Intrinsics become plain values; policy variables stay as they are."""
        mappings = {"M": {"eu-west-1": {"k": "mapped"}}}

        assert expected == value_of(value, {"B": BUCKET}, Mappings=mappings)

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}, "yes"),
            ({"Fn::Not": [{"Condition": "Yes"}]}, "no"),
            ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": ["a", "b"]}]}, "no"),
            ({"Fn::Or": [{"Condition": "Yes"}, {"Fn::Equals": ["a", "b"]}]}, "yes"),
        ],
    )
    def test_conditions(self, condition, expected):
        """`Fn::If` takes the branch of its condition."""
        conditions = {"It": condition, "Yes": {"Fn::Equals": ["a", "a"]}}

        assert expected == value_of(
            {"Fn::If": ["It", "yes", "no"]}, Conditions=conditions
        )

    def test_a_resource_whose_condition_is_false_is_not_there(self):
        """It is not deployed, and nothing can refer to it."""
        conditions = {"No": {"Fn::Equals": ["a", "b"]}}
        cloud = one({"B": {**BUCKET, "Condition": "No"}}, Conditions=conditions)

        assert [] == cloud.resources("AWS::S3::Bucket")
        with pytest.raises(LookupError, match="S has no resource B"):
            cloud.arn("S", "B")

    def test_parameters(self):
        """A parameter has its default or what is given; a list is split."""
        parameters = {
            "A": {"Type": "String", "Default": "a"},
            "B": {"Type": "CommaDelimitedList"},
        }
        holder = {
            "It": {"Type": "It", "Properties": {"V": [{"Ref": "A"}, {"Ref": "B"}]}}
        }
        template = {"Parameters": parameters, "Resources": holder}
        (it,) = Cloud.of({"S": template}, parameters={"B": "x,y"}).resources("It")

        assert ["a", ["x", "y"]] == it.get("V")

    @pytest.mark.parametrize(
        "parameter",
        [
            {"Type": "String"},
            {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"},
        ],
    )
    def test_fails_on_parameters_without_a_value(self, parameter):
        """What only the deployment knows is not made up."""
        with pytest.raises(LookupError, match="no value for its parameter P"):
            value_of({"Ref": "P"}, Parameters={"P": parameter})

    @pytest.mark.parametrize(
        "value",
        [
            {"Fn::Base64": "x"},
            {"Fn::Transform": {}},
            {"Ref": "Nobody"},
            {"Ref": "Vpc"},
            {"Fn::GetAtt": ["B", "Colour"]},
            {"Fn::ImportValue": "nothing"},
        ],
    )
    def test_fails_on_what_is_not_known(self, value):
        """An intrinsic, a type or an attribute is never guessed at."""
        with pytest.raises(LookupError):
            value_of(value, {"B": BUCKET, "Vpc": {"Type": "AWS::EC2::VPC"}})


class TestNames:
    @pytest.mark.parametrize(
        ("made", "arn", "reference"),
        [
            (resource("S3::Bucket", BucketName="b"), "arn:aws:s3:::b", "b"),
            (resource("S3::Bucket"), "arn:aws:s3:::S-X", "S-X"),
            (resource("KMS::Key"), f"arn:aws:kms:{HERE}:key/S-X", "S-X"),
            (
                resource("IAM::Role", Path="/p/"),
                "arn:aws:iam::111122223333:role/p/S-X",
                "S-X",
            ),
            (
                resource("Lambda::Function"),
                f"arn:aws:lambda:{HERE}:function:S-X",
                "S-X",
            ),
            (resource("DynamoDB::Table"), f"arn:aws:dynamodb:{HERE}:table/S-X", "S-X"),
            (
                resource("DynamoDB::GlobalTable"),
                f"arn:aws:dynamodb:{HERE}:table/S-X",
                "S-X",
            ),
            (
                resource("Events::EventBus", Name="b"),
                f"arn:aws:events:{HERE}:event-bus/b",
                "b",
            ),
            (resource("Events::Archive"), f"arn:aws:events:{HERE}:archive/S-X", "S-X"),
            (resource("Logs::LogGroup"), f"arn:aws:logs:{HERE}:log-group:S-X:*", "S-X"),
            (
                resource("Scheduler::Schedule"),
                f"arn:aws:scheduler:{HERE}:schedule/default/S-X",
                "S-X",
            ),
            (
                resource("SQS::Queue"),
                f"arn:aws:sqs:{HERE}:S-X",
                "https://sqs.eu-west-1.amazonaws.com/111122223333/S-X",
            ),
        ],
    )
    def test_ref_and_arn(self, made, arn, reference):
        """Each type has its own form of ARN, and its own idea of a Ref."""
        value = [{"Fn::GetAtt": ["X", "Arn"]}, {"Ref": "X"}]

        assert [arn, reference] == value_of(value, {"X": made})

    @pytest.mark.parametrize(
        ("made", "arn"),
        [
            (resource("SNS::Topic"), f"arn:aws:sns:{HERE}:S-X"),
            (resource("IAM::ManagedPolicy"), "arn:aws:iam::111122223333:policy/S-X"),
            (
                resource("SecretsManager::Secret"),
                f"arn:aws:secretsmanager:{HERE}:secret:S-X-AbCdEf",
            ),
            (
                resource("StepFunctions::StateMachine"),
                f"arn:aws:states:{HERE}:stateMachine:S-X",
            ),
            (
                resource("Lambda::Alias", FunctionName="f", Name="live"),
                f"arn:aws:lambda:{HERE}:function:f:live",
            ),
            (
                resource("IAM::OIDCProvider", Url="https://a.example/b"),
                "arn:aws:iam::111122223333:oidc-provider/a.example/b",
            ),
        ],
    )
    def test_a_ref_that_is_an_arn(self, made, arn):
        """Some types are referred to by their ARN."""
        assert arn == value_of({"Ref": "X"}, {"X": made})

    @pytest.mark.parametrize(
        ("bus", "expected"),
        [
            ({}, "rule/S-X"),
            ({"EventBusName": "default"}, "rule/S-X"),
            ({"EventBusName": "b"}, "rule/b/S-X"),
            ({"EventBusName": f"arn:aws:events:{HERE}:event-bus/b"}, "rule/b/S-X"),
        ],
    )
    def test_a_rule_is_on_its_bus(self, bus, expected):
        """The ARN of a rule names the bus, unless that is the default one."""
        found = value_of(
            {"Fn::GetAtt": ["X", "Arn"]}, {"X": resource("Events::Rule", **bus)}
        )

        assert f"arn:aws:events:{HERE}:{expected}" == found

    def test_a_stream_is_part_of_its_table(self):
        """The stream of a table has a label of its own."""
        table = {"X": resource("DynamoDB::GlobalTable")}
        found = value_of({"Fn::GetAtt": ["X", "StreamArn"]}, table)

        assert found.startswith(f"arn:aws:dynamodb:{HERE}:table/S-X/stream/2")

    def test_partition(self):
        """Elsewhere ARNs and endpoints are called otherwise."""
        template = {"Resources": {"Q": resource("SQS::Queue")}}
        cloud = Cloud.of({"S": template}, region="cn-north-1", partition="aws-cn")
        (queue,) = cloud.resources("AWS::SQS::Queue")

        assert "arn:aws-cn:sqs:cn-north-1:111122223333:S-Q" == queue.arn
        assert ".cn-north-1.amazonaws.com.cn/" in queue.reference


class TestStacks:
    """What stacks take from each other."""

    def test_exports(self):
        """An import is the value of the one output that is exported so."""
        name = {"Fn::Sub": "${AWS::StackName}:Arn"}
        outputs = {
            "O": {"Value": {"Fn::GetAtt": ["B", "Arn"]}, "Export": {"Name": name}}
        }
        importing = {
            "It": {"Type": "It", "Properties": {"V": {"Fn::ImportValue": "A:Arn"}}}
        }
        templates: dict[str, dict[str, Any]] = {
            "Z": {"Resources": importing},
            "A": {"Resources": {"B": BUCKET}, "Outputs": outputs},
        }
        (it,) = Cloud.of(templates).resources("It")

        assert "arn:aws:s3:::A-B" == it.get("V")

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({}, "eu-west-1/111122223333"),
            ({"Region": "us-east-1"}, "us-east-1/111122223333"),
            ({"RoleArn": "arn:aws:iam::444455556666:role/x"}, "eu-west-1/444455556666"),
        ],
    )
    def test_outputs_of_other_places(self, more, expected):
        """A weak reference may reach into another region and, with a role, account."""
        where = {"Fn::Sub": "${AWS::Region}/${AWS::AccountId}"}
        source = {"Outputs": {"O": {"Value": where, "Export": {"Name": "e"}}}}
        output = {"StackName": "A", "OutputName": "O", **more}
        values = [{"Fn::GetStackOutput": output}, {"Fn::ImportValue": "e"}]
        target = {"Resources": {"It": {"Type": "It", "Properties": {"V": values}}}}
        cloud = Cloud.of({"A": source, "B": target})
        cloud.add("A", source, "111122223333", "us-east-1")
        cloud.add("A", source, "444455556666", "eu-west-1")
        (it,) = cloud.resources("It")

        assert [expected, "eu-west-1/111122223333"] == it.get("V")

    @pytest.mark.parametrize("strength", ["weak", "strong", "both"])
    def test_references_of_cdk(self, tmp_path, strength):
        """A grant across stacks and nested stacks, however CDK writes it."""
        flag = "@aws-cdk/core:defaultCrossStackReferences"
        app = cdk.App(outdir=str(tmp_path), context={flag: strength})
        storage = cdk.Stack(app, "Storage")
        data = s3.Bucket(storage, "Data")
        inner = cdk.NestedStack(cdk.NestedStack(storage, "Outer"), "Inner")
        queue = sqs.Queue(inner, "Queue")
        user = iam.Role(
            cdk.Stack(app, "Compute"), "User", assumed_by=iam.AccountRootPrincipal()
        )
        iam.Grant.add_to_principal(
            grantee=user, actions=["s3:GetObject"], resource_arns=[data.bucket_arn]
        )
        queue.grant_purge(user)
        app.synth()

        cloud = Cloud.read(tmp_path)
        (found,) = cloud.resources("AWS::IAM::Role")
        resources = [each["Resource"] for each in cloud.role_policies(found.arn)]
        made = cloud.resources("AWS::S3::Bucket", "AWS::SQS::Queue")
        assert [each.arn for each in made] == resources

    def test_parameters_of_nested_stacks(self, tmp_path):
        """What the stack around gives to a nested one is what that takes."""
        app = cdk.App(outdir=str(tmp_path))
        stack = cdk.Stack(app, "Stack")
        data = s3.Bucket(stack, "Data")
        nested = cdk.NestedStack(stack, "Nested")
        cdk.CfnResource(nested, "It", type="It", properties={"V": data.bucket_name})
        app.synth()

        cloud = Cloud.read(tmp_path)
        assert [cloud.resources("AWS::S3::Bucket")[0].name] == [
            it.get("V") for it in cloud.resources("It")
        ]

    def test_nested_stacks_by_hand(self):
        """Without files, a nested template is found by a part of its URL."""
        url = {"Fn::Join": ["", ["https://", {"Ref": "AWS::Region"}, "/0ab1.json"]]}
        templates = {
            "S": {
                "Resources": {"N": resource("CloudFormation::Stack", TemplateURL=url)}
            },
            "inner": {"Resources": {"B": BUCKET}},
        }
        cloud = Cloud.of(templates, nested={"0ab1": "inner"})

        assert "arn:aws:s3:::S-N-B" == cloud.arn("S-N", "B")

    def test_stages_and_environments(self, tmp_path):
        """Stacks of stages are found, and are where they say they are."""
        app = cdk.App(outdir=str(tmp_path))
        env = cdk.Environment(account="444455556666", region="us-east-1")
        sqs.Queue(cdk.Stack(cdk.Stage(app, "Prod", env=env), "Q"), "Queue")
        sqs.Queue(cdk.Stack(app, "Q"), "Queue")
        app.synth()

        queues = Cloud.read(tmp_path).resources("AWS::SQS::Queue")
        assert {
            ("Prod-Q", "us-east-1", "444455556666"),
            ("Q", "eu-west-1", "111122223333"),
        } == {
            (each.stack.name, each.place.region, each.place.account) for each in queues
        }


class TestPolicies:
    """Which statements belong to a role or a resource."""

    APP = "arn:aws:iam::111122223333:role/app"

    @pytest.mark.parametrize(
        "attached",
        [
            resource("IAM::Policy", Roles=[{"Ref": "R"}], PolicyDocument=document(GET)),
            resource("IAM::ManagedPolicy", Roles=["app"], PolicyDocument=document(GET)),
            resource("IAM::RolePolicy", RoleName="app", PolicyDocument=document(GET)),
        ],
    )
    def test_policies_that_name_the_role(self, attached):
        """A policy may be a resource of its own."""
        assert [GET] == one({"R": role(), "P": attached}).role_policies(self.APP)

    def test_policies_that_the_role_names(self):
        """A policy may be inline, or managed and attached."""
        managed = resource("IAM::ManagedPolicy", PolicyDocument=document(GET))
        other = {**GET, "Sid": "Other"}
        owner = role(
            Policies=[{"PolicyName": "p", "PolicyDocument": document(other)}],
            ManagedPolicyArns=[{"Ref": "P"}],
        )

        assert [other, GET] == one({"R": owner, "P": managed}).role_policies(self.APP)

    def test_policies_of_others(self):
        """What another role may do is not this one's."""
        other = resource("IAM::Policy", Roles=["other"], PolicyDocument=document(GET))

        assert [] == one({"R": role(), "P": other}).role_policies(self.APP)

    def test_policies_of_aws(self):
        """What is not in the templates is an error, unless it is to be ignored."""
        arn = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}
        cloud = one({"R": role(ManagedPolicyArns=[arn])})

        assert [] == cloud.role_policies(self.APP, ignore_aws_managed=True)
        with pytest.raises(LookupError, match="ReadOnlyAccess is not in the templates"):
            cloud.role_policies(self.APP)

    def test_boundary(self):
        """A role has the boundary that it names, or none."""
        managed = resource("IAM::ManagedPolicy", PolicyDocument=document(GET))
        limited = role(PermissionsBoundary={"Ref": "P"})

        assert [GET] == one({"R": limited, "P": managed}).boundary(self.APP)
        assert one({"R": role()}).boundary(self.APP) is None

    def test_trust(self):
        """The trust policy is the role's, by both names."""
        cloud = one({"R": role()})

        assert [TRUST["Statement"]] == cloud.trust(self.APP)
        assert cloud.trust(self.APP) == cloud.resource_policy(self.APP)

    @pytest.mark.parametrize(
        ("type_", "own", "policy_type", "policy"),
        [
            ("S3::Bucket", {}, "S3::BucketPolicy", {"Bucket": {"Ref": "X"}}),
            ("SQS::Queue", {}, "SQS::QueuePolicy", {"Queues": [{"Ref": "X"}]}),
            ("SNS::Topic", {}, "SNS::TopicPolicy", {"Topics": [{"Ref": "X"}]}),
            ("KMS::Key", {"KeyPolicy": document(GET)}, "", {}),
            (
                "DynamoDB::Table",
                {"ResourcePolicy": {"PolicyDocument": document(GET)}},
                "",
                {},
            ),
            ("Logs::LogGroup", {}, "Logs::ResourcePolicy", {}),
            (
                "DynamoDB::GlobalTable",
                {
                    "Replicas": [
                        {"Region": "us-east-1"},
                        {
                            "Region": {"Ref": "AWS::Region"},
                            "ResourcePolicy": {"PolicyDocument": document(GET)},
                        },
                        {"Region": "us-west-2"},
                    ]
                },
                "",
                {},
            ),
            (
                "Events::EventBus",
                {"Name": "b"},
                "Events::EventBusPolicy",
                {"EventBusName": {"Ref": "X"}, "Statement": GET},
            ),
            (
                "SecretsManager::Secret",
                {},
                "SecretsManager::ResourcePolicy",
                {"SecretId": {"Ref": "X"}, "ResourcePolicy": document(GET)},
            ),
        ],
    )
    def test_resource_policy(self, type_, own, policy_type, policy):
        """Each type has its policy in a place of its own."""
        attached = resource(policy_type, **{"PolicyDocument": document(GET), **policy})
        cloud = one({"X": resource(type_, **own), "P": attached})

        assert [GET] == cloud.resource_policy(cloud.arn("S", "X"))

    def test_resource_policies_of_others(self):
        """A policy of another bucket, or of a queue so called, does not count."""
        policy = {"PolicyDocument": document(GET)}
        cloud = one(
            {
                "B": resource("S3::Bucket", BucketName="data"),
                "Other": resource("S3::BucketPolicy", Bucket="data2", **policy),
                "Queue": resource("SQS::QueuePolicy", Queues=["data"], **policy),
            }
        )

        assert [] == cloud.resource_policy("arn:aws:s3:::data/x")

    def test_what_is_called_alike_elsewhere(self):
        """Buses and roles of one name in two accounts have each their own policies."""
        account = {"Ref": "AWS::AccountId"}
        policy = resource(
            "Events::EventBusPolicy",
            EventBusName="b",
            Statement={**GET, "Sid": account},
        )
        grant = {**GET, "Resource": account}
        inline = resource("IAM::Policy", Roles=["app"], PolicyDocument=document(grant))
        bus = resource("Events::EventBus", Name="b")
        template = {"Resources": {"B": bus, "P": policy, "R": role(), "I": inline}}
        cloud = Cloud.of({"S": template})
        cloud.add("Other", template, "444455556666", "eu-west-1")

        for each in cloud.resources("AWS::IAM::Role"):
            assert [each.place.account] == [
                statement["Resource"] for statement in cloud.role_policies(each.arn)
            ]
        for each in cloud.resources("AWS::Events::EventBus"):
            assert [{**GET, "Sid": each.place.account}] == cloud.resource_policy(
                each.arn
            )

    def test_a_log_group_policy_may_be_text(self):
        """CDK writes it as JSON in a string."""
        text = {"Fn::Join": ["", ['{"Statement": [{"Effect": "', "Allow", '"}]}']]}
        policy = resource("Logs::ResourcePolicy", PolicyDocument=text)
        cloud = one({"X": resource("Logs::LogGroup"), "P": policy})
        stream = f"arn:aws:logs:{HERE}:log-group:S-X:log-stream:y"

        assert [{"Effect": "Allow"}] == cloud.resource_policy(stream)

    def test_a_stream_has_a_policy_of_its_own(self):
        """The table's is for the table and its indexes."""
        other = {**GET, "Sid": "Other"}
        table = resource(
            "DynamoDB::Table",
            ResourcePolicy={"PolicyDocument": document(GET)},
            StreamSpecification={"ResourcePolicy": {"PolicyDocument": document(other)}},
        )
        cloud = one({"T": table})
        arn = cloud.arn("S", "T")

        assert [GET] == cloud.resource_policy(f"{arn}/index/i")
        assert [other] == cloud.resource_policy(f"{arn}/stream/1")

    @pytest.mark.parametrize("name", [{"Ref": "F"}, {"Fn::GetAtt": ["F", "Arn"]}])
    def test_permissions_of_a_function(self, name):
        """A permission becomes a statement of the function's policy."""
        permission = resource(
            "Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=name,
            Principal="events.amazonaws.com",
            SourceArn="arn:aws:events:x",
            SourceAccount="1",
        )
        other = resource("Lambda::Permission", FunctionName="S-F2", Principal="*")
        cloud = one({"F": resource("Lambda::Function"), "P": permission, "O": other})

        assert [
            {
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Principal": {"Service": "events.amazonaws.com"},
                "Resource": f"arn:aws:lambda:{HERE}:function:S-F",
                "Condition": {
                    "ArnLike": {"aws:SourceArn": "arn:aws:events:x"},
                    "StringEquals": {"aws:SourceAccount": "1"},
                },
            }
        ] == cloud.resource_policy(cloud.arn("S", "F"))

    def test_fails_on_variables_in_an_old_policy(self):
        """Before 2012-10-17 a variable is text, which nobody means."""
        old = {"Statement": {**GET, "Resource": "${aws:username}"}}
        policy = resource("IAM::Policy", Roles=["app"], PolicyDocument=old)

        with pytest.raises(ValueError, match="2012-10-17"):
            one({"R": role(), "P": policy}).role_policies(self.APP)

    @pytest.mark.parametrize(
        ("arn", "expected"),
        [
            ("arn:aws:s3:::data", "B"),
            ("arn:aws:s3:::data/x", "B"),
            ("arn:aws:iam::111122223333:role/app", "R"),
        ],
    )
    def test_at(self, arn, expected):
        """An object is in its bucket."""
        cloud = one({"B": resource("S3::Bucket", BucketName="data"), "R": role()})

        assert expected == cloud.at(arn).logical_id

    @pytest.mark.parametrize(
        "arn", ["arn:aws:s3:::data2", "arn:aws:iam::111122223333:role/app/x"]
    )
    def test_fails_on_neighbours(self, arn):
        """What starts alike is not in it, nor is a role in one called as its path."""
        cloud = one({"B": resource("S3::Bucket", BucketName="data"), "R": role()})

        with pytest.raises(LookupError, match="is not in the templates"):
            cloud.at(arn)


class TestDecide:
    """Questions to all policies at once."""

    APP = "arn:aws:iam::111122223333:role/app"
    OTHER = "arn:aws:iam::444455556666:role/other"

    @pytest.fixture
    def cloud(self) -> Cloud:
        """A bucket that is open to a foreign account, and a role that may read it."""
        objects = {"Fn::Sub": "${B.Arn}/*"}
        own = document({**GET, "Resource": objects})
        foreign = {**GET, "Resource": objects, "Principal": {"AWS": "444455556666"}}
        return one(
            {
                "B": BUCKET,
                "R": role(Policies=[{"PolicyName": "p", "PolicyDocument": own}]),
                "P": resource(
                    "S3::BucketPolicy",
                    Bucket={"Ref": "B"},
                    PolicyDocument=document(foreign),
                ),
            }
        )

    @pytest.mark.parametrize(
        ("principal", "bucket", "expected"),
        [
            (APP, "S-B", True),
            ("arn:aws:sts::111122223333:assumed-role/app/one", "S-B", True),
            ("arn:aws:iam::444455556666:root", "S-B", True),
            ("arn:aws:iam::555566667777:root", "S-B", False),
            ("s3.amazonaws.com", "S-B", False),
        ],
    )
    def test_finds_the_policies(self, cloud, principal, bucket, expected):
        """The role, its session, the bucket and the accounts are known by ARN."""
        request = Request(principal, "s3:GetObject", f"arn:aws:s3:::{bucket}/x")

        assert expected == cloud.decide(request).allowed

    def test_a_foreign_role_brings_its_policies(self, cloud):
        """Of a role that is not in the templates, the question has to say more."""
        request = Request(self.OTHER, "s3:GetObject", "arn:aws:s3:::S-B/x")

        assert cloud.decide(request, identity=[GET]).allowed
        assert not cloud.decide(request, identity=[]).allowed
        with pytest.raises(LookupError, match="pass its identity="):
            cloud.decide(request)

    def test_boundaries_count(self):
        """What the boundary does not allow, the role cannot do."""
        inline = [{"PolicyName": "p", "PolicyDocument": document(GET)}]
        boundary = resource("IAM::ManagedPolicy", PolicyDocument=document())
        limited = role(Policies=inline, PermissionsBoundary={"Ref": "L"})
        request = Request(self.APP, "s3:GetObject", "arn:aws:s3:::S-B/x")

        assert one({"B": BUCKET, "R": role(Policies=inline)}).decide(request).allowed
        cloud = one({"B": BUCKET, "R": limited, "L": boundary})
        assert not cloud.decide(request).allowed

    def test_assuming_a_role_is_decided_with_its_tags(self, cloud):
        """A trust policy without `sts:TagSession` lets nobody in with tags."""
        tags = {"aws:RequestTag/Tenant": "a"}

        assert cloud.decide(
            Request("x.amazonaws.com", "sts:AssumeRole", self.APP)
        ).allowed
        tagged = Request("x.amazonaws.com", "sts:AssumeRole", self.APP, tags)
        assert not cloud.decide(tagged).allowed

    def test_an_action_without_resource(self, cloud):
        """What is on no resource is up to the identity policies."""
        request = Request(self.APP, "s3:GetObject", "*")

        assert not cloud.decide(request).allowed

    def test_fails_on_an_unknown_resource(self, cloud):
        """A misspelt ARN does not pass for one that nobody can reach."""
        with pytest.raises(LookupError, match="is not in the templates"):
            cloud.decide(Request(self.APP, "s3:GetObject", "arn:aws:s3:::typo/x"))
