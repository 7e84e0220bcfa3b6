"""Tests for `secure_constructs.event_route`: what a route has, and what options do."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import jsii
import pytest

from aws_cdk import (
    aws_events as events,
    aws_events_targets as targets,
    aws_iam as iam,
    aws_kinesis as kinesis,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_logs as logs,
    aws_sns as sns,
    aws_sqs as sqs,
)
from constructs import Construct

from secure_constructs import AppKey, Baseline, Tier, Waived
from secure_constructs._place import Place
from secure_constructs._routes import home_of
from tests.support.functions import alarms, function, only, record
from tests.support.ids import plain
from tests.support.routes import (
    MADE,
    a_bus,
    a_function,
    a_machine,
    named,
    route,
    statements,
    warnings,
)
from tests.support.synth import FLAGS, new_app, resources, synthesize, template_of

REASON = "a lost event is sent again by the next run"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failed"
ACCOUNT = {"Ref": "AWS::AccountId"}
RULE_ARN = {"Fn::GetAtt": [MADE, "Arn"]}
DEAD_LETTERS = "MadeDeadLetterQueue8CECCD6A"


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def rule(stack: cdk.Stack) -> Any:
    """Return the properties of the one rule."""
    return only(template_of(stack), "Events::Rule")


def target(stack: cdk.Stack) -> Any:
    """Return the one target of the one rule."""
    (found,) = rule(stack)["Targets"]
    return found


def sender(queue: str) -> Any:
    """Return the statement that lets the one rule send to *queue*."""
    return {
        "Action": "sqs:SendMessage",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": RULE_ARN},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Resource": {"Fn::GetAtt": [queue, "Arn"]},
    }


class TestDefaults:
    """What a user gets who sets no option."""

    def test_makes_what_the_docs_count(self, stack):
        """Rule, queue and its policy, permission, and in production two alarms."""
        route(stack)

        types = [each["Type"] for each in template_of(stack)["Resources"].values()]
        assert {
            "AWS::CloudWatch::Alarm": 2,
            "AWS::Events::Rule": 1,
            "AWS::Lambda::Permission": 1,
            "AWS::SQS::Queue": 1,
            "AWS::SQS::QueuePolicy": 1,
        } == {each: types.count(each) for each in types}

    @pytest.mark.parametrize(
        ("to", "tier", "count"),
        [
            ("function", Tier.PRODUCTION, 6),
            ("function", Tier.DEVELOPMENT, 4),
            ("queue", Tier.PRODUCTION, 5),
            ("queue", Tier.DEVELOPMENT, 3),
            ("machine", Tier.PRODUCTION, 7),
            ("machine", Tier.DEVELOPMENT, 5),
            ("bus", Tier.PRODUCTION, 7),
            ("bus", Tier.DEVELOPMENT, 5),
        ],
    )
    def test_makes_what_the_page_counts(self, stack, to, tier, count):
        """For each kind of target, in both tiers."""
        make: Any = {
            "function": a_function,
            "queue": lambda scope: sqs.Queue(scope, "Target", enforce_ssl=True),
            "machine": a_machine,
            "bus": lambda scope: events.EventBus(scope, "Other"),
        }[to]
        route(stack, to=make(stack), tier=tier)

        ours = [
            name for name in template_of(stack)["Resources"] if name.startswith("Made")
        ]
        assert count == len(ours)

    def test_tries_as_often_and_as_long_as_possible(self, stack):
        """Retries and age are written out (EVB-03)."""
        route(stack)

        assert {
            "MaximumEventAgeInSeconds": 86400,
            "MaximumRetryAttempts": 185,
        } == target(stack)["RetryPolicy"]

    def test_has_a_dead_letter_queue(self, stack):
        """What cannot be delivered goes there (EVB-03)."""
        route(stack)

        queue = {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]}
        assert {"Arn": queue} == target(stack)["DeadLetterConfig"]

    def test_lets_exactly_its_rule_fill_the_queue(self, stack):
        """One rule of this account may send there, over TLS (EVB-03)."""
        route(stack)
        template = template_of(stack)
        policy = named(template, "SQS::QueuePolicy", "DeadLetterQueue")

        tls, send = statements(template, policy)
        assert sender(DEAD_LETTERS) == send
        assert ("Deny", {"Bool": {"aws:SecureTransport": "false"}}) == (
            tls["Effect"],
            tls["Condition"],
        )

    def test_keeps_dead_letters_for_two_weeks(self, stack):
        """They are encrypted, and outlive the stack in production."""
        route(stack)

        queue = template_of(stack)["Resources"][DEAD_LETTERS]
        assert {
            "MessageRetentionPeriod": 1209600,
            "SqsManagedSseEnabled": True,
        } == queue["Properties"]
        assert "RetainExceptOnCreate" == queue["DeletionPolicy"]

    def test_is_on_the_default_bus(self, stack):
        """Where AWS's own services put their events, and takes them from the start."""
        route(stack)

        found = rule(stack)
        assert "EventBusName" not in found
        assert "ENABLED" == found["State"]

    def test_is_on_record(self, stack):
        """The guard checks it, and finds nothing."""
        route(stack, alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", TOPIC))
        app = stack.node.root
        assert isinstance(app, cdk.App)
        assembly = synthesize(app)

        assert set() == assembly.findings
        assert {"Construct": "EventRoute", "Tier": "production"} == record(
            assembly.templates["Stack.template.json"], MADE
        )


class TestFunctions:
    def test_lets_exactly_its_rule_invoke(self, stack):
        """The permission names the rule and the account, which CDK's does not."""
        route(stack, to=a_function(stack))

        assert {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Fn::GetAtt": ["Fn9270CBC0", "Arn"]},
            "Principal": "events.amazonaws.com",
            "SourceAccount": ACCOUNT,
            "SourceArn": RULE_ARN,
        } == only(template_of(stack), "Lambda::Permission")

    def test_invokes_the_alias_of_an_observed_function(self, stack):
        """With provisioned concurrency there is one, and that is warm."""
        made = function(stack, provisioned_concurrency=1)
        route(stack, to=made)

        alias = {"Ref": named(template_of(stack), "Lambda::Alias", "")}
        assert alias == target(stack)["Arn"]

    def test_invokes_a_function_that_is_elsewhere(self, stack):
        """An imported function gets its permission here."""
        route(stack)

        arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
        permission = only(template_of(stack), "Lambda::Permission")
        assert arn == target(stack)["Arn"] == permission["FunctionName"]

    def test_needs_no_role(self, stack):
        """Lambda is reached by its permission."""
        route(stack)

        assert "RoleArn" not in target(stack)


class TestQueues:
    def test_lets_exactly_its_rule_send(self, stack):
        """The policy of the target names the rule and the account."""
        route(stack, to=sqs.Queue(stack, "Target"))
        template = template_of(stack)
        queue = named(template, "SQS::Queue", "Target")

        assert [sender(queue)] == statements(
            template, named(template, "SQS::QueuePolicy", "Target")
        )

    def test_sends_to_a_fifo_queue_with_a_group(self, stack):
        """The group is what orders the messages."""
        queue = sqs.Queue(stack, "Target", fifo=True)
        route(stack, to=queue, message_group_id="orders")

        assert {"MessageGroupId": "orders"} == target(stack)["SqsParameters"]

    def test_warns_of_an_imported_queue(self, stack):
        """Its policy cannot be written from here."""
        queue = sqs.Queue.from_queue_arn(stack, "Target", QUEUE)
        route(stack, to=queue, alarms=Waived(REASON))

        assert {"secure-constructs:eventsQueuePolicy"} == warnings(stack)

    def test_lets_events_use_the_key_once(self, stack):
        """EventBridge encrypts what it sends; one statement is for all queues."""
        key = kms.Key(stack, "Key")
        queue = sqs.Queue(stack, "Target", encryption_master_key=key)
        route(stack, to=queue, encryption_key=key)
        route(stack, "Second", to=queue, encryption_key=key)

        policy = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert [
            {
                "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Resource": "*",
                "Sid": "EventsOfThisAccount",
            }
        ] == [each for each in policy if "Sid" in each]

    def test_lets_events_use_the_key_of_the_target(self, stack):
        """That of the queue is enough, where the route has none."""
        key = kms.Key(stack, "Key")
        route(stack, to=sqs.Queue(stack, "Target", encryption_master_key=key))

        policy = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert "EventsOfThisAccount" in {each.get("Sid") for each in policy}

    def test_fails_on_a_fifo_queue_without_group(self, stack):
        """SQS would refuse each message."""
        queue = sqs.Queue(stack, "Target", fifo=True)

        with pytest.raises(ValueError, match="takes no message without a group"):
            route(stack, to=queue)

    @pytest.mark.parametrize("to", ["queue", "function"])
    def test_fails_on_a_group_without_fifo_queue(self, stack, to):
        """It would be lost."""
        options: Any = {"to": sqs.Queue(stack, "Target")} if to == "queue" else {}

        with pytest.raises(ValueError, match="is for FIFO queues only"):
            route(stack, message_group_id="orders", **options)

    @pytest.mark.parametrize("option", ["to", "dead_letter_queue"])
    def test_fails_on_the_key_of_sqs(self, stack, option):
        """EventBridge may not use AWS's key for SQS, and loses each event."""
        queue = sqs.Queue(stack, "Queue", encryption=sqs.QueueEncryption.KMS_MANAGED)

        with pytest.raises(ValueError, match=f"{option}='Stack/Queue' is encrypted"):
            route(stack, "Made", **{option: queue})


class TestRoles:
    """State machines and buses are reached by a role that does one thing."""

    def test_starts_exactly_one_state_machine(self, stack):
        """The role may start it, and nothing else."""
        machine = a_machine(stack)
        route(stack, to=machine)
        template = template_of(stack)

        policy = named(template, "IAM::ManagedPolicy", "MadeRole")
        assert [
            {
                "Action": "states:StartExecution",
                "Effect": "Allow",
                "Resource": {"Ref": named(template, "StepFunctions::StateMachine", "")},
                "Sid": "Target",
            }
        ] == statements(template, policy)

    def test_puts_events_on_exactly_one_bus(self, stack):
        """The role may put events there, and nothing else."""
        route(stack, to=events.EventBus(stack, "Other"))
        template = template_of(stack)

        (statement,) = statements(
            template, named(template, "IAM::ManagedPolicy", "MadeRole")
        )
        bus = {"Fn::GetAtt": [named(template, "Events::EventBus", ""), "Arn"]}
        assert ("events:PutEvents", bus) == (statement["Action"], statement["Resource"])

    @pytest.mark.parametrize(
        ("bus", "rules"), [("orders", ":rule/orders/*"), ("default", ":rule/*")]
    )
    def test_trusts_rules_of_its_bus_and_account(self, stack, bus, rules):
        """The rule itself has no ARN yet when the role is made."""
        source = "shop" if bus == "orders" else "aws.s3"
        other = events.EventBus(stack, "Other")
        route(stack, to=other, event_bus=a_bus(stack, bus), sources=[source])
        template = template_of(stack)

        role = template["Resources"][named(template, "IAM::Role", "MadeRole")]
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        condition = trust["Condition"]
        assert {"aws:SourceAccount": ACCOUNT} == condition["StringEquals"]
        assert rules == condition["ArnLike"]["aws:SourceArn"]["Fn::Join"][1][-1]

    def test_uses_its_role(self, stack):
        """The target is reached by it."""
        route(stack, to=events.EventBus(stack, "Other"))

        role = named(template_of(stack), "IAM::Role", "MadeRole")
        assert {"Fn::GetAtt": [role, "Arn"]} == target(stack)["RoleArn"]

    def test_reaches_a_bus_of_another_account(self, stack):
        """Only a bus may be elsewhere."""
        arn = "arn:aws:events:us-east-1:444455556666:event-bus/theirs"
        bus = events.EventBus.from_event_bus_arn(stack, "Theirs", arn)
        route(stack, to=bus)

        assert arn == target(stack)["Arn"]

    def test_reaches_the_default_bus(self, stack):
        """From a bus of its own that is no circle."""
        route(
            stack, to=a_bus(stack, "default"), event_bus=a_bus(stack), sources=["shop"]
        )

        arn = target(stack)["Arn"]["Fn::Join"][1]
        assert arn[-1].endswith(":event-bus/default")

    @pytest.mark.parametrize("name", ["default", "orders"])
    def test_fails_on_events_that_go_round(self, stack, name):
        """From a bus to the same bus."""
        bus = a_bus(stack, name)

        with pytest.raises(ValueError, match="they would go round"):
            route(stack, to=bus, event_bus=bus, sources=[{"prefix": "aws."}])


class TestTargetsOfCdk:
    """Any target class of CDK's, with our dead letters and retries."""

    @pytest.fixture
    def stream(self, stack: cdk.Stack) -> kinesis.Stream:
        """A stream, which has no form of ours."""
        return kinesis.Stream(stack, "Stream")

    def test_keeps_its_own_configuration(self, stack, stream):
        """Role and parameters are those of the target class."""
        to = targets.KinesisStream(stream, partition_key_path="$.id")
        route(stack, to=to)

        found = target(stack)
        assert {"PartitionKeyPath": "$.id"} == found["KinesisParameters"]
        assert "RoleArn" in found

    def test_may_have_attributes_called_like_those_of_others(self, stack):
        """A target class of a user is asked what it holds, not what it is called."""
        to = _Queue(events.RuleTargetConfig(arn=QUEUE))
        to.target = "orders"
        route(stack, to=to)

        assert QUEUE == target(stack)["Arn"]

    def test_keeps_all_that_a_target_class_says(self, stack):
        """Nothing of what CDK can describe gets lost on the way."""
        cfn = events.CfnRule
        kinds = cfn.RunCommandTargetProperty(key="tag:Name", values=["web"])
        config = events.RuleTargetConfig(
            arn=QUEUE,
            input=events.RuleTargetInput.from_text("x"),
            app_sync_parameters=cfn.AppSyncParametersProperty(graph_ql_operation="x"),
            batch_parameters=cfn.BatchParametersProperty(
                job_definition="x", job_name="x"
            ),
            ecs_parameters=cfn.EcsParametersProperty(task_definition_arn="x"),
            http_parameters=cfn.HttpParametersProperty(path_parameter_values=["x"]),
            kinesis_parameters=cfn.KinesisParametersProperty(partition_key_path="x"),
            redshift_data_parameters=cfn.RedshiftDataParametersProperty(database="x"),
            run_command_parameters=cfn.RunCommandParametersProperty(
                run_command_targets=[kinds]
            ),
            sqs_parameters=cfn.SqsParametersProperty(message_group_id="x"),
            role=iam.Role.from_role_name(stack, "Role", "x"),
        )
        route(stack, to=_Queue(config))

        assert {
            "AppSyncParameters": {"GraphQLOperation": "x"},
            "Arn": QUEUE,
            "BatchParameters": {"JobDefinition": "x", "JobName": "x"},
            "EcsParameters": {"TaskDefinitionArn": "x"},
            "HttpParameters": {"PathParameterValues": ["x"]},
            "Id": "Target0",
            "Input": '"x"',
            "KinesisParameters": {"PartitionKeyPath": "x"},
            "RedshiftDataParameters": {"Database": "x"},
            "RunCommandParameters": {
                "RunCommandTargets": [{"Key": "tag:Name", "Values": ["web"]}]
            },
            "SqsParameters": {"MessageGroupId": "x"},
        } == {
            name: value
            for name, value in target(stack).items()
            if name not in ("DeadLetterConfig", "RetryPolicy", "RoleArn")
        }
        assert "RoleArn" in target(stack)

    def test_has_our_dead_letters_and_retries(self, stack, stream):
        """Which it would not have by itself."""
        route(stack, to=targets.KinesisStream(stream))

        found = target(stack)
        assert {"Arn": {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]}} == found[
            "DeadLetterConfig"
        ]
        assert {
            "MaximumEventAgeInSeconds": 86400,
            "MaximumRetryAttempts": 185,
        } == found["RetryPolicy"]

    def test_keeps_its_own_retries(self, stack, stream):
        """Where the route says nothing else."""
        to = targets.KinesisStream(
            stream, retry_attempts=2, max_event_age=cdk.Duration.hours(1)
        )
        route(stack, to=to)

        assert {
            "MaximumEventAgeInSeconds": 3600,
            "MaximumRetryAttempts": 2,
        } == target(stack)["RetryPolicy"]

    def test_takes_the_retries_of_the_route(self, stack, stream):
        """Where it says so."""
        to = targets.KinesisStream(stream, retry_attempts=2)
        route(stack, to=to, retry_attempts=0, max_event_age=cdk.Duration.minutes(5))

        assert {
            "MaximumEventAgeInSeconds": 300,
            "MaximumRetryAttempts": 0,
        } == target(stack)["RetryPolicy"]

    def test_fails_on_a_dead_letter_queue_of_its_own(self, stack, stream):
        """It would get nothing; nothing is left of the route."""
        failed = sqs.Queue(stack, "Failed")
        to = targets.KinesisStream(stream, dead_letter_queue=failed)

        with pytest.raises(ValueError, match="to='KinesisStream' has a dead"):
            route(stack, to=to)
        assert stack.node.try_find_child("Made") is None

    def test_takes_that_queue_as_an_option(self, stack, stream):
        """As the error says."""
        failed = sqs.Queue(stack, "Failed")
        to = targets.KinesisStream(stream, dead_letter_queue=failed)
        route(stack, to=to, dead_letter_queue=failed)

        queue = named(template_of(stack), "SQS::Queue", "Failed")
        assert {"Arn": {"Fn::GetAtt": [queue, "Arn"]}} == target(stack)[
            "DeadLetterConfig"
        ]

    def test_fails_on_another_region(self, stack, stream):
        """CDK would make a second rule there, without dead letters."""
        env = cdk.Environment(account="111122223333", region="us-east-1")
        there = kinesis.Stream(cdk.Stack(stack.node.root, "There", env=env), "Stream")
        env = cdk.Environment(account="111122223333", region="eu-west-1")
        here = cdk.Stack(stack.node.root, "Here", env=env)

        with pytest.raises(ValueError, match="to='There/.*' is in region us-east-1"):
            route(here, to=targets.KinesisStream(there))
        assert here.node.try_find_child("Made") is None

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("input", events.RuleTargetInput.from_text("x")),
            ("message_group_id", "orders"),
        ],
    )
    def test_fails_on_what_the_target_takes_itself(self, stack, stream, option, value):
        """Two places for one thing contradict each other."""
        with pytest.raises(ValueError, match=f"{option}="):
            route(stack, to=targets.KinesisStream(stream), **{option: value})

    def test_leaves_nothing_of_one_that_fails(self, stack):
        """What CDK refuses leaves no half of a route."""
        to = targets.CloudWatchLogGroup(
            logs.LogGroup(stack, "Logs"),
            event=events.RuleTargetInput.from_text("x"),
            log_event=targets.LogGroupTargetInput.from_object_v2(),
        )

        with pytest.raises(RuntimeError, match="Only one of"):
            route(stack, to=to)
        assert stack.node.try_find_child("Made") is None

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("retry_attempts", 186),
            ("max_event_age", cdk.Duration.seconds(59)),
            ("max_event_age", cdk.Duration.seconds(86401)),
        ],
        ids=plain,
    )
    def test_fails_on_retries_out_of_range(self, stack, stream, option, value):
        """CDK takes them, and the deployment would fail."""
        to = targets.KinesisStream(stream, **{option: value})

        with pytest.raises(ValueError, match=f"to.{option}=.* is no whole number"):
            route(stack, to=to)
        assert stack.node.try_find_child("Made") is None

    def test_takes_a_target_without_a_resource(self, stack):
        """Such as a class of the user's own."""
        route(stack, to=_Queue(events.RuleTargetConfig(arn=QUEUE)))

        assert {"Arn": {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]}} == target(stack)[
            "DeadLetterConfig"
        ]


class TestDeadLetterQueue:
    def test_may_be_shared(self, stack):
        """Each rule is let in, and one alarm watches the queue."""
        shared = sqs.Queue(stack, "Failed")
        route(stack, dead_letter_queue=shared)
        route(stack, "Second", dead_letter_queue=shared)
        template = template_of(stack)

        policy = statements(template, named(template, "SQS::QueuePolicy", ""))
        metrics = [
            each["Properties"]["MetricName"]
            for each in resources(template, "AWS::CloudWatch::Alarm").values()
        ]
        assert 2 == len(policy)
        assert sender(named(template, "SQS::Queue", "")) in policy
        assert [
            "ApproximateNumberOfMessagesVisible",
            "FailedInvocations",
            "FailedInvocations",
        ] == sorted(metrics)

    def test_key_lets_events_in(self, stack):
        """That of a queue of one's own, once for all routes (EVB-07)."""
        key = kms.Key(stack, "Key")
        shared = sqs.Queue(stack, "Failed", encryption_master_key=key)
        route(stack, dead_letter_queue=shared)

        policy = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert "EventsOfThisAccount" in {each.get("Sid") for each in policy}

    def test_may_be_waived(self, stack):
        """There is no queue then, and the reason is on record (EVB-03)."""
        made = route(stack, dead_letter_queue=Waived(REASON))
        template = template_of(stack)

        assert made.dead_letter_queue is None
        assert {} == resources(template, "AWS::SQS::Queue")
        assert {"EVB-03": {"Reason": REASON}} == record(template, MADE)["Waivers"]
        assert {"FailedInvocations"} == alarms(template).keys()
        assert 1 == len(made.alarms)

    def test_warns_of_an_imported_one(self, stack):
        """Its policy cannot be written from here."""
        queue = sqs.Queue.from_queue_arn(stack, "Failed", QUEUE)
        route(stack, dead_letter_queue=queue, alarms=Waived(REASON))

        assert {"secure-constructs:eventsQueuePolicy"} == warnings(stack)

    def test_fails_on_a_fifo_queue(self, stack):
        """EventBridge sends no dead letters there."""
        queue = sqs.Queue(stack, "Failed", fifo=True)

        with pytest.raises(ValueError, match="is a FIFO queue"):
            route(stack, dead_letter_queue=queue)

    def test_fails_on_a_queue_of_another_stack(self, stack):
        """Queue and rule would name each other across the stacks."""
        queue = sqs.Queue(cdk.Stack(stack.node.root, "Other"), "Failed")

        with pytest.raises(ValueError, match="is created in the stack 'Other'"):
            route(stack, dead_letter_queue=queue)

    def test_fails_on_a_queue_of_another_region(self, stack):
        """EventBridge sends dead letters within a region."""
        env = cdk.Environment(account="111122223333", region="us-east-1")
        here = cdk.Stack(stack.node.root, "Here", env=env)
        queue = sqs.Queue.from_queue_arn(here, "Failed", QUEUE)

        with pytest.raises(ValueError, match="dead_letter_queue='.*' is in region eu"):
            route(here, to=a_function(here), dead_letter_queue=queue)

    def test_fails_on_what_is_no_queue(self, stack):
        """A queue, or a reason."""
        with pytest.raises(TypeError, match="pass a queue, or leave it out"):
            route(stack, dead_letter_queue="failed")


class TestKey:
    def test_encrypts_the_dead_letters(self, stack):
        """AppKey lets EventBridge in already; nothing is added (EVB-07)."""
        key = AppKey(stack, "Key")
        before = len(key.key.node.find_all())
        route(stack, encryption_key=key)
        template = template_of(stack)

        arn = {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
        assert (
            arn == template["Resources"][DEAD_LETTERS]["Properties"]["KmsMasterKeyId"]
        )
        policy = only(template, "KMS::Key")["KeyPolicy"]["Statement"]
        assert "EventsOfThisAccount" not in {each.get("Sid") for each in policy}
        assert before == len(key.key.node.find_all())

    @pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
    def test_knows_the_app_key_of_a_given_queue(self, stack, elsewhere):
        """Neither its policy is written to, nor is there a warning."""
        key = AppKey(cdk.Stack(stack.node.root, "Keys") if elsewhere else stack, "Key")
        failed = function(
            stack, encryption_key=key, alarms=Waived(REASON)
        ).failure_queue
        route(stack, dead_letter_queue=failed, alarms=Waived(REASON))

        assert set() == warnings(stack)
        where = key.node.scope
        assert isinstance(where, cdk.Stack)
        policy = only(template_of(where), "KMS::Key")["KeyPolicy"]["Statement"]
        assert "EventsOfThisAccount" not in {each.get("Sid") for each in policy}

    def test_warns_of_no_other(self, stack):
        """The policy of a key of this app is written."""
        key = kms.Key(stack, "Key")
        route(stack, encryption_key=key, alarms=Waived(REASON))

        assert set() == warnings(stack)

    def test_warns_of_an_imported_one(self, stack):
        """Its policy cannot be written from here."""
        key = kms.Key.from_key_arn(stack, "Key", KEY)
        route(stack, encryption_key=key, alarms=Waived(REASON))

        assert {"secure-constructs:eventsKeyPolicy"} == warnings(stack)

    def test_may_be_that_of_a_baseline(self, stack):
        """What the nearest baseline has."""
        Baseline(encryption_key=AppKey(stack, "Key")).apply_to(stack)
        route(stack)

        queue = template_of(stack)["Resources"][DEAD_LETTERS]["Properties"]
        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == queue["KmsMasterKeyId"]

    def test_of_another_stack_makes_no_circle(self, stack):
        """A plain key is written to without naming anything of this stack."""
        keys = cdk.Stack(stack.node.root, "Keys")
        route(stack, encryption_key=kms.Key(keys, "Key"))

        assert [] == keys.dependencies
        template_of(stack)


class TestAlarms:
    """Failures are noticed (EVB-08)."""

    @pytest.fixture
    def topic(self, stack: cdk.Stack) -> sns.ITopic:
        """A topic."""
        return sns.Topic.from_topic_arn(stack, "Topic", TOPIC)

    def test_go_off_on_the_first_dead_letter(self, stack, topic):
        """One is enough."""
        route(stack, alarm_topic=topic)

        found = alarms(template_of(stack))["ApproximateNumberOfMessagesVisible"]
        assert 1 == found["Threshold"]
        name = {"Fn::GetAtt": [DEAD_LETTERS, "QueueName"]}
        assert [{"Name": "QueueName", "Value": name}] == found["Dimensions"]
        assert [TOPIC] == found["AlarmActions"]

    def test_go_off_when_the_target_fails(self, stack, topic):
        """The metric of the default bus has only the rule as its dimension."""
        route(stack, alarm_topic=topic)

        found = alarms(template_of(stack))["FailedInvocations"]
        name = {"Fn::GetAtt": [MADE, "RuleName"]}
        assert [{"Name": "RuleName", "Value": name}] == found["Dimensions"]
        assert ("AWS/Events", 1) == (found["Namespace"], found["Threshold"])
        assert [TOPIC] == found["AlarmActions"]

    def test_tell_the_topic_of_a_baseline(self, stack, topic):
        """What the nearest baseline has."""
        Baseline(alarm_topic=topic).apply_to(stack)
        route(stack)

        found = alarms(template_of(stack)).values()
        assert [[TOPIC], [TOPIC]] == [each["AlarmActions"] for each in found]

    def test_know_a_bus_of_ones_own(self, stack):
        """The metric of another bus has the bus as well."""
        route(stack, event_bus=a_bus(stack), sources=["shop"])

        found = alarms(template_of(stack))["FailedInvocations"]["Dimensions"]
        assert {"Name": "EventBusName", "Value": "orders"} in found

    def test_are_listed(self, stack):
        """For a dashboard, or a composite alarm."""
        assert 2 == len(route(stack).alarms)

    def test_warn_that_nobody_hears_them(self, stack):
        """Without a topic."""
        route(stack)

        assert {"secure-constructs:noAlarmTopic"} == warnings(stack)

    def test_may_be_waived(self, stack):
        """The reason is on record."""
        made = route(stack, alarms=Waived(REASON))
        template = template_of(stack)

        assert [] == made.alarms
        assert {} == alarms(template)
        assert {"EVB-08": {"Reason": REASON}} == record(template, MADE)["Waivers"]

    def test_are_not_made_in_development(self, stack):
        """Nobody is called at night for a test; waiving them is then no waiver."""
        route(stack, tier=Tier.DEVELOPMENT, alarms=Waived(REASON))
        route(stack, "Second", tier=Tier.DEVELOPMENT)
        template = template_of(stack)

        assert {} == alarms(template)
        assert "Waivers" not in record(template, MADE)
        assert "Delete" == template["Resources"][DEAD_LETTERS]["DeletionPolicy"]


class TestOptions:
    def test_bus(self, stack):
        """A bus, or what has one, such as an AppEventBus."""
        bus = events.EventBus(stack, "Bus")
        holder = _Holder(bus)
        route(stack, event_bus=holder, sources=["shop"])

        assert {"Ref": "BusEA82B648"} == rule(stack)["EventBusName"]

    def test_to_a_bus_of_something(self, stack):
        """The target may be an AppEventBus, too."""
        bus = events.EventBus(stack, "Bus")
        route(stack, to=_Holder(bus))

        assert {"Fn::GetAtt": ["BusEA82B648", "Arn"]} == target(stack)["Arn"]

    def test_delivery(self, stack):
        """Retries and age."""
        route(stack, retry_attempts=0, max_event_age=cdk.Duration.seconds(60))

        assert {
            "MaximumEventAgeInSeconds": 60,
            "MaximumRetryAttempts": 0,
        } == target(stack)["RetryPolicy"]

    def test_delivery_may_be_a_token(self, stack):
        """A value only known at deployment is not judged."""
        seconds = cdk.CfnParameter(stack, "Age", type="Number").value_as_number
        route(stack, max_event_age=cdk.Duration.seconds(seconds))

        assert {"Ref": "Age"} == target(stack)["RetryPolicy"][
            "MaximumEventAgeInSeconds"
        ]

    def test_input(self, stack):
        """What the target gets."""
        route(stack, input=events.RuleTargetInput.from_event_path("$.detail"))

        assert "$.detail" == target(stack)["InputPath"]

    @pytest.mark.parametrize("setting", ["tier", "encryption_key", "alarm_topic"])
    def test_fails_on_a_baseline_that_comes_too_late(self, stack, setting):
        """A setting of the place is decided once something has taken it."""
        values: dict[str, Any] = {
            "tier": Tier.PRODUCTION,
            "encryption_key": kms.Key(stack, "Key"),
            "alarm_topic": sns.Topic.from_topic_arn(stack, "Topic", TOPIC),
        }
        route(stack)

        with pytest.raises(ValueError, match=setting):
            Baseline(**{str(setting): values[setting]}).apply_to(stack)

    def test_identity(self, stack):
        """Name, description and state are the rule's."""
        made = route(stack, rule_name="orders", description="Orders", enabled=False)

        assert ("orders", "Orders", "DISABLED") == tuple(
            rule(stack)[name] for name in ("Name", "Description", "State")
        )
        assert [RULE_ARN, {"Fn::GetAtt": [MADE, "RuleName"]}] == stack.resolve(
            [made.rule_arn, made.rule_name]
        )

    def test_description_may_be_long(self, stack):
        """As long as EventBridge takes it."""
        route(stack, description="a" * 512)

        assert "a" * 512 == rule(stack)["Description"]

    def test_another_target_may_be_added(self, stack):
        """To the rule itself; what it needs is then the user's."""
        made = route(stack)
        made.rule.add_target(targets.SqsQueue(sqs.Queue(stack, "Copy")))

        assert 2 == len(rule(stack)["Targets"])

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"retry_attempts": 186}, "retry_attempts=186 is no whole number"),
            ({"retry_attempts": -1}, "from 0 to 185"),
            ({"max_event_age": cdk.Duration.seconds(59)}, "is not 60 seconds to 24"),
            ({"max_event_age": cdk.Duration.hours(25)}, "is not 60 seconds to 24"),
            ({"max_event_age": cdk.Duration.millis(60_500)}, "in whole seconds"),
            ({"rule_name": "my rule"}, "is no name of a rule"),
            ({"rule_name": "a" * 65}, "is no name of a rule"),
            ({"description": "a" * 513}, "is longer than 512"),
            ({"alarms": Waived("because")}, "does not say why"),
            ({"dead_letter_queue": Waived("because")}, "does not say why"),
            ({"default_bus": Waived("because")}, "does not say why"),
            ({"everything": Waived("because")}, "does not say why"),
        ],
        ids=plain,
    )
    def test_fails_on_wrong_values(self, stack, options, problem):
        """Nothing is created then."""
        with pytest.raises(ValueError, match=problem):
            route(stack, **options)

        assert stack.node.try_find_child("Made") is None

    @pytest.mark.parametrize(
        "options",
        [
            {"to": "orders"},
            {"event_bus": "orders"},
            {"input": "x"},
            {"enabled": "yes"},
            {"alarm_topic": "on-call"},
            {"max_event_age": 60},
            {"encryption_key": "key"},
            {"tier": "production"},
            {"rule_name": 5},
            {"description": 5},
            {"default_bus": "yes"},
        ],
        ids=plain,
    )
    def test_fails_on_the_wrong_kind(self, stack, options):
        """The error names the option."""
        with pytest.raises(TypeError, match=f"{next(iter(options))}="):
            route(stack, **options)

    def test_fails_on_a_second_one_with_the_same_id(self, stack):
        """The error says that the id is taken."""
        route(stack)

        with pytest.raises(ValueError, match="construct_id='Made' is taken"):
            route(stack, to=a_function(stack))


@jsii.implements(events.IRuleTarget)
class _Queue:
    """A target class of a user."""

    def __init__(self, config: events.RuleTargetConfig) -> None:
        self._config = config
        self.target: str | None = None

    def bind(self, rule: Any, id: Any = None) -> events.RuleTargetConfig:  # noqa: A002 - CDK's name
        """Describe the target."""
        return self._config


class _Holder:
    """What has a bus."""

    def __init__(self, bus: events.IEventBus) -> None:
        self.bus = bus


class TestStacks:
    """A route stands with its target."""

    def test_fails_on_a_target_of_another_stack(self, stack):
        """The way out is to create it there."""
        other = cdk.Stack(stack.node.root, "Other")

        with pytest.raises(ValueError, match="is created in the stack 'Other'"):
            route(stack, to=a_function(other))

    def test_takes_an_imported_target_of_another_stack(self, stack):
        """No stack comes with it."""
        other = cdk.Stack(stack.node.root, "Other")
        arn = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
        route(stack, to=lambda_.Function.from_function_arn(other, "Fn", arn))

        assert arn == target(stack)["Arn"]

    def test_takes_a_bus_of_another_stack(self, stack):
        """Which knows nothing of the route."""
        other = cdk.Stack(stack.node.root, "Other")
        route(stack, to=events.EventBus(other, "Bus"))
        template_of(stack)

        assert [] == other.dependencies

    @pytest.mark.parametrize("option", ["to", "event_bus"])
    @pytest.mark.parametrize(
        ("part", "place"), [("region", "us-east-1"), ("account", "444455556666")]
    )
    def test_fails_on_another_environment(self, stack, option, part, place):
        """Events leave a region or account only by a bus."""
        env = {"account": "111122223333", "region": "eu-west-1", part: place}
        here = cdk.Stack(stack.node.root, "Here", env=cdk.Environment(**env))
        arn = "arn:aws:{}:eu-west-1:111122223333:{}"
        options: dict[str, Any] = {
            "to": lambda_.Function.from_function_arn(
                here, "There", arn.format("lambda", "function:orders")
            ),
        }
        if option == "event_bus":
            options = {
                "to": a_function(here),
                "sources": ["shop"],
                "event_bus": events.EventBus.from_event_bus_arn(
                    here, "Bus", arn.format("events", "event-bus/orders")
                ),
            }

        with pytest.raises(ValueError, match=f"{option}='Here/.*' is in {part}"):
            route(here, **options)

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_a_function_may_publish_and_react(self, flags):
        """Its stack depends on that of the bus, and not the other way."""
        app = new_app(flags)
        buses = cdk.Stack(app, "Buses")
        bus = events.EventBus(buses, "Bus")
        functions = cdk.Stack(app, "Functions")
        orders = function(functions)
        bus.grant_put_events_to(orders)
        route(functions, to=orders, event_bus=bus, sources=["shop"])
        synthesize(app)

        assert ([buses], []) == (functions.dependencies, buses.dependencies)


class TestHome:
    """Where the shorthand of a bus creates a route."""

    def home(self, bus: Construct, to: object) -> tuple[str, str]:
        """Return the path of the scope, and the id."""
        place = Place(cdk.Stack.of(bus))
        scope, name = home_of(bus, place, "Route", "Paid", to)
        return scope.node.path, name

    def test_is_below_the_bus_in_its_stack(self, stack):
        """With the id that the user gave."""
        bus = Construct(stack, "Orders")

        assert ("Stack/Orders", "Paid") == self.home(bus, a_function(stack))

    def test_is_below_the_stack_of_the_target(self, stack):
        """With the bus in its id."""
        bus = Construct(stack, "Orders")
        other = cdk.Stack(stack.node.root, "Other")

        assert ("Other", "OrdersRoutePaid") == self.home(bus, function(other))

    def test_knows_a_target_that_is_only_an_interface(self, stack):
        """An imported state machine, for one."""
        bus = Construct(stack, "Orders")

        assert ("Stack/Orders", "Paid") == self.home(bus, a_machine(stack))

    def test_is_below_the_bus_for_a_target_that_stands_nowhere(self, stack):
        """A target class of CDK's is no construct."""
        bus = Construct(stack, "Orders")
        to = targets.LambdaFunction(a_function(stack))

        assert ("Stack/Orders", "Paid") == self.home(bus, to)
