"""Tests for `secure_constructs.event_schedule`: what a schedule has and takes."""

from __future__ import annotations

import zoneinfo

from typing import Any

import aws_cdk as cdk
import jsii
import pytest

from aws_cdk import (
    aws_events as events,
    aws_iam as iam,
    aws_kinesis as kinesis,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_scheduler as scheduler,
    aws_scheduler_targets as targets,
    aws_sns as sns,
    aws_sqs as sqs,
)

from secure_constructs import AppKey, Baseline, Tier, Waived
from tests.support.functions import alarms, function, only, record
from tests.support.ids import plain
from tests.support.routes import (
    MADE,
    a_bus,
    a_function,
    a_machine,
    named,
    schedule,
    statements,
    warnings,
)
from tests.support.synth import FLAGS, new_app, resources, synthesize, template_of

REASON = "a lost call is made up for by the next one"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:on-call"
DEAD_LETTERS = "MadeDeadLetterQueue8CECCD6A"
POLICY = "MadeRoleOwn"
DEAD_LETTERS_ALLOWED = {
    "Action": "sqs:SendMessage",
    "Effect": "Allow",
    "Resource": {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]},
    "Sid": "DeadLetters",
}


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def made(stack: cdk.Stack) -> Any:
    """Return the properties of the one schedule."""
    return only(template_of(stack), "Scheduler::Schedule")


def target(stack: cdk.Stack) -> Any:
    """Return the target of the one schedule."""
    return made(stack)["Target"]


def allowed(stack: cdk.Stack) -> list[Any]:
    """Return what the role of the one schedule may do."""
    template = template_of(stack)
    return statements(template, named(template, "IAM::ManagedPolicy", POLICY))


class TestDefaults:
    """What a user gets who sets no option."""

    def test_makes_what_the_docs_count(self, stack):
        """Schedule, role, policy, queue and its policy, and in production an alarm."""
        schedule(stack)

        types = [each["Type"] for each in template_of(stack)["Resources"].values()]
        assert {
            "AWS::CloudWatch::Alarm": 1,
            "AWS::IAM::ManagedPolicy": 1,
            "AWS::IAM::Role": 1,
            "AWS::SQS::Queue": 1,
            "AWS::SQS::QueuePolicy": 1,
            "AWS::Scheduler::Schedule": 1,
        } == {each: types.count(each) for each in types}

    def test_makes_less_in_development(self, stack):
        """No alarm."""
        schedule(stack, tier=Tier.DEVELOPMENT)

        assert 5 == len(template_of(stack)["Resources"])

    def test_says_everything_that_matters(self, stack):
        """Expression, time zone, window and state are written out."""
        schedule(stack)

        found = made(stack)
        del found["Target"]
        assert {
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ScheduleExpression": "cron(0 3 * * ? *)",
            "ScheduleExpressionTimezone": "Etc/UTC",
            "State": "ENABLED",
        } == found

    def test_tries_as_often_and_as_long_as_possible(self, stack):
        """Retries and age are written out (EVB-10)."""
        schedule(stack)

        assert {
            "MaximumEventAgeInSeconds": 86400,
            "MaximumRetryAttempts": 185,
        } == target(stack)["RetryPolicy"]

    def test_has_a_dead_letter_queue(self, stack):
        """To which its role may send (EVB-10)."""
        schedule(stack)

        queue = {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]}
        assert {"Arn": queue} == target(stack)["DeadLetterConfig"]
        assert DEAD_LETTERS_ALLOWED in allowed(stack)

    def test_does_one_thing(self, stack):
        """Its role may call the target, fill the queue, and no more."""
        schedule(stack, to=a_function(stack))

        assert [
            {
                "Action": "lambda:InvokeFunction",
                "Effect": "Allow",
                "Resource": {"Fn::GetAtt": ["Fn9270CBC0", "Arn"]},
                "Sid": "Target",
            },
            DEAD_LETTERS_ALLOWED,
        ] == allowed(stack)

    def test_trusts_schedules_of_this_account(self, stack):
        """Of the group that it is in, which is all that the service tells."""
        schedule(stack)

        (trust,) = only(template_of(stack), "IAM::Role")["AssumeRolePolicyDocument"][
            "Statement"
        ]
        condition = trust["Condition"]["StringEquals"]
        assert {"Ref": "AWS::AccountId"} == condition["aws:SourceAccount"]
        parts = condition["aws:SourceArn"]["Fn::Join"][1]
        assert ":schedule-group/default" == parts[-1]
        assert {"Service": "scheduler.amazonaws.com"} == trust["Principal"]

    def test_is_on_record(self, stack):
        """The guard finds nothing."""
        schedule(stack, alarm_topic=sns.Topic.from_topic_arn(stack, "Topic", TOPIC))
        app = stack.node.root
        assert isinstance(app, cdk.App)
        assembly = synthesize(app)

        assert set() == assembly.findings
        assert {"Construct": "EventSchedule", "Tier": "production"} == record(
            assembly.templates["Stack.template.json"], MADE
        )


class TestTargets:
    def test_invokes_the_alias_of_an_observed_function(self, stack):
        """Role and target name the same."""
        schedule(stack, to=function(stack, provisioned_concurrency=1))

        alias = {"Ref": named(template_of(stack), "Lambda::Alias", "")}
        assert alias == target(stack)["Arn"] == allowed(stack)[0]["Resource"]

    def test_sends_to_a_queue(self, stack):
        """To exactly that."""
        schedule(stack, to=sqs.Queue(stack, "Target"))

        queue = named(template_of(stack), "SQS::Queue", "Target")
        statement = allowed(stack)[0]
        assert ("sqs:SendMessage", {"Fn::GetAtt": [queue, "Arn"]}) == (
            statement["Action"],
            statement["Resource"],
        )

    def test_sends_to_an_encrypted_queue(self, stack):
        """The role may use exactly that queue's key."""
        key = kms.Key(stack, "Key")
        schedule(stack, to=sqs.Queue(stack, "Target", encryption_master_key=key))

        assert {
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Effect": "Allow",
            "Resource": {"Fn::GetAtt": ["Key961B73FD", "Arn"]},
            "Sid": "TargetKey",
        } == allowed(stack)[1]

    def test_sends_to_a_fifo_queue_with_a_group(self, stack):
        """The group is what orders the messages."""
        queue = sqs.Queue(stack, "Target", fifo=True)
        schedule(stack, to=queue, message_group_id="orders")

        assert {"MessageGroupId": "orders"} == target(stack)["SqsParameters"]

    def test_fails_on_a_fifo_queue_without_group(self, stack):
        """SQS would refuse each message."""
        queue = sqs.Queue(stack, "Target", fifo=True)

        with pytest.raises(ValueError, match="takes no message without a group"):
            schedule(stack, to=queue)

    def test_gives_a_function_its_input(self, stack):
        """What it gets in place of what the service says of the call."""
        given = scheduler.ScheduleTargetInput.from_object({"open": False})
        schedule(stack, input=given)

        assert '{"open":false}' == target(stack)["Input"]

    def test_starts_a_state_machine(self, stack):
        """Exactly that."""
        schedule(stack, to=a_machine(stack))

        machine = named(template_of(stack), "StepFunctions::StateMachine", "")
        statement = allowed(stack)[0]
        assert ("states:StartExecution", {"Ref": machine}) == (
            statement["Action"],
            statement["Resource"],
        )

    def test_puts_an_event_on_a_bus(self, stack):
        """Its role may put that kind of event there, and no other."""
        schedule(
            stack,
            to=events.EventBus(stack, "Bus"),
            source="shop.clock",
            detail_type="DayEnded",
        )

        found = target(stack)
        parameters = {"DetailType": "DayEnded", "Source": "shop.clock"}
        assert parameters == found["EventBridgeParameters"]
        assert "{}" == found["Input"]
        assert {
            "ForAllValues:StringEquals": {
                "events:detail-type": "DayEnded",
                "events:source": "shop.clock",
            },
            "Null": {"events:detail-type": "false", "events:source": "false"},
        } == allowed(stack)[0]["Condition"]

    def test_puts_a_detail_on_a_bus(self, stack):
        """The input is the detail."""
        detail = scheduler.ScheduleTargetInput.from_object({"open": False})
        schedule(stack, to=a_bus(stack), source="shop", detail_type="x", input=detail)

        assert '{"open":false}' == target(stack)["Input"]

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"source": "shop"}, "detail_type=None is missing"),
            ({"detail_type": "DayEnded"}, "source=None is missing"),
            ({"source": "aws.shop", "detail_type": "x"}, "is reserved for AWS"),
            ({"source": "a" * 257, "detail_type": "x"}, "is longer than 256"),
            ({"source": "a", "detail_type": "x" * 129}, "is longer than 128"),
        ],
        ids=lambda value: "" if isinstance(value, dict) else value,
    )
    def test_fails_on_an_event_that_a_bus_refuses(self, stack, options, problem):
        """Source and detail type are needed, and have limits."""
        with pytest.raises(ValueError, match=problem):
            schedule(stack, to=a_bus(stack), **options)

    @pytest.mark.parametrize("option", ["source", "detail_type"])
    def test_fails_on_an_event_for_another_target(self, stack, option):
        """A function gets its input, and no event."""
        with pytest.raises(ValueError, match=f"{option}='x' is for events on a bus"):
            schedule(stack, **{str(option): "x"})

    def test_may_be_in_another_stack(self, stack):
        """The schedule depends on the target, and not the other way."""
        other = cdk.Stack(stack.node.root, "Other")
        schedule(stack, to=a_function(other))
        template_of(stack)

        assert ([other], []) == (stack.dependencies, other.dependencies)

    def test_fails_on_another_region(self, stack):
        """The service calls within a region."""
        env = cdk.Environment(account="111122223333", region="us-east-1")
        here = cdk.Stack(stack.node.root, "Here", env=env)

        with pytest.raises(ValueError, match="is in region eu-west-1"):
            schedule(here)


class TestTargetsOfCdk:
    """Any target class of CDK's, with our dead letters and retries."""

    @pytest.fixture
    def stream(self, stack: cdk.Stack) -> kinesis.Stream:
        """A stream, which has no form of ours."""
        return kinesis.Stream(stack, "Stream")

    def to(self, stream: kinesis.Stream, **options: Any) -> scheduler.IScheduleTarget:
        """Return CDK's target for the stream."""
        return targets.KinesisStreamPutRecord(stream, partition_key="a", **options)

    def test_keeps_its_own_configuration(self, stack, stream):
        """Role and parameters are those of the target class."""
        schedule(stack, to=self.to(stream))

        assert {"PartitionKey": "a"} == target(stack)["KinesisParameters"]
        assert {} == resources(template_of(stack), "AWS::IAM::ManagedPolicy")

    def test_has_our_dead_letters(self, stack, stream):
        """And its role may send there."""
        it = schedule(stack, to=self.to(stream))

        (policy,) = resources(template_of(stack), "AWS::IAM::Policy").values()
        document = policy["Properties"]["PolicyDocument"]
        assert {"Arn": {"Fn::GetAtt": [DEAD_LETTERS, "Arn"]}} == target(stack)[
            "DeadLetterConfig"
        ]
        assert DEAD_LETTERS_ALLOWED in document["Statement"]
        assert isinstance(it.role, iam.Role)

    def test_may_read_its_encrypted_input(self, stack, stream):
        """Its role gets what the key takes."""
        schedule(stack, to=self.to(stream), encryption_key=AppKey(stack, "Key"))

        (policy,) = resources(template_of(stack), "AWS::IAM::Policy").values()
        sids = {
            each.get("Sid")
            for each in policy["Properties"]["PolicyDocument"]["Statement"]
        }
        assert {"DeadLetters", "DeadLettersKey", "Input"} <= sids

    def test_keeps_its_own_retries(self, stack, stream):
        """Where the schedule says nothing else."""
        age = cdk.Duration.minutes(5)
        schedule(stack, to=self.to(stream, retry_attempts=2, max_event_age=age))

        assert {
            "MaximumEventAgeInSeconds": 300,
            "MaximumRetryAttempts": 2,
        } == target(stack)["RetryPolicy"]

    def test_keeps_all_that_a_target_class_says(self, stack):
        """Nothing of what CDK can describe gets lost on the way."""
        cfn = scheduler.CfnSchedule
        config = scheduler.ScheduleTargetConfig(
            arn="arn:x",
            role=iam.Role.from_role_name(stack, "R", "r"),
            input=scheduler.ScheduleTargetInput.from_text("x"),
            ecs_parameters=cfn.EcsParametersProperty(task_definition_arn="x"),
            event_bridge_parameters=cfn.EventBridgeParametersProperty(
                source="x", detail_type="x"
            ),
            kinesis_parameters=cfn.KinesisParametersProperty(partition_key="x"),
            sage_maker_pipeline_parameters=cfn.SageMakerPipelineParametersProperty(
                pipeline_parameter_list=[
                    cfn.SageMakerPipelineParameterProperty(name="x", value="x")
                ]
            ),
            sqs_parameters=cfn.SqsParametersProperty(message_group_id="x"),
        )
        schedule(stack, to=_Described(config))

        assert {
            "Arn",
            "DeadLetterConfig",
            "EcsParameters",
            "EventBridgeParameters",
            "Input",
            "KinesisParameters",
            "RetryPolicy",
            "RoleArn",
            "SageMakerPipelineParameters",
            "SqsParameters",
        } == target(stack).keys()

    def test_takes_the_retries_of_the_schedule(self, stack, stream):
        """Where it says so."""
        schedule(
            stack,
            to=self.to(stream, retry_attempts=2),
            retry_attempts=0,
            max_event_age=cdk.Duration.minutes(5),
        )

        assert {
            "MaximumEventAgeInSeconds": 300,
            "MaximumRetryAttempts": 0,
        } == target(stack)["RetryPolicy"]

    def test_takes_a_target_class_of_ones_own(self, stack):
        """One that says nothing of retries gets ours."""
        schedule(
            stack, to=_Own(a_function(stack), iam.Role.from_role_name(stack, "R", "r"))
        )

        assert {
            "MaximumEventAgeInSeconds": 86400,
            "MaximumRetryAttempts": 185,
        } == target(stack)["RetryPolicy"]

    def test_fails_on_a_dead_letter_queue_of_its_own(self, stack, stream):
        """It would get nothing; nothing is left of the schedule."""
        failed = sqs.Queue(stack, "Failed")

        with pytest.raises(ValueError, match="to='KinesisStreamPutRecord' has a dead"):
            schedule(stack, to=self.to(stream, dead_letter_queue=failed))
        assert stack.node.try_find_child("Made") is None

    def test_leaves_nothing_of_one_that_fails(self, stack, stream):
        """What CDK refuses leaves no half of a schedule."""
        with pytest.raises(RuntimeError, match="or equal than 185"):
            schedule(stack, to=self.to(stream, retry_attempts=186))
        assert stack.node.try_find_child("Made") is None

    def test_takes_that_queue_as_an_option(self, stack, stream):
        """As the error says."""
        failed = sqs.Queue(stack, "Failed")
        to = self.to(stream, dead_letter_queue=failed)
        schedule(stack, to=to, dead_letter_queue=failed)

        queue = named(template_of(stack), "SQS::Queue", "Failed")
        assert {"Arn": {"Fn::GetAtt": [queue, "Arn"]}} == target(stack)[
            "DeadLetterConfig"
        ]

    def test_fails_on_input_beside_it(self, stack, stream):
        """Two places for one thing contradict each other."""
        given = scheduler.ScheduleTargetInput.from_text("x")

        with pytest.raises(ValueError, match="input='given' does not go with"):
            schedule(stack, to=self.to(stream), input=given)


@jsii.implements(scheduler.IScheduleTarget)
class _Own:
    """A target class of a user."""

    def __init__(self, function_: lambda_.IFunction, role: iam.IRole) -> None:
        self._function, self._role = function_, role

    def bind(self, _schedule: Any) -> scheduler.ScheduleTargetConfig:
        """Describe the target."""
        arn = self._function.function_arn
        return scheduler.ScheduleTargetConfig(arn=arn, role=self._role)


@jsii.implements(scheduler.IScheduleTarget)
class _Described:
    """A target class that says what it was given."""

    def __init__(self, config: scheduler.ScheduleTargetConfig) -> None:
        self._config = config

    def bind(self, _schedule: Any) -> scheduler.ScheduleTargetConfig:
        """Describe the target."""
        return self._config


class TestKey:
    def test_encrypts_input_and_dead_letters(self, stack):
        """The role may use that key for these, and the key's policy stays as it is."""
        schedule(stack, encryption_key=AppKey(stack, "Key"))
        template = template_of(stack)

        key = {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
        assert key == made(stack)["KmsKeyArn"]
        assert (
            key == template["Resources"][DEAD_LETTERS]["Properties"]["KmsMasterKeyId"]
        )
        assert {
            "DeadLettersKey": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Input": "kms:Decrypt",
        } == {
            each["Sid"]: each["Action"]
            for each in allowed(stack)
            if each["Resource"] == key
        }

    def test_may_be_that_of_a_baseline(self, stack):
        """What the nearest baseline has."""
        Baseline(encryption_key=AppKey(stack, "Key")).apply_to(stack)
        schedule(stack)

        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == made(stack)["KmsKeyArn"]

    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_gets_no_statement_for_the_role(self, flags):
        """Without a flag, CDK would name the role in the policy of the key."""
        stack = cdk.Stack(new_app(flags), "Stack")
        key = kms.Key(stack, "Key")
        before = stack.resolve(key.node.default_child.key_policy)  # type: ignore[union-attr]
        schedule(stack, encryption_key=key)

        policy = only(template_of(stack), "KMS::Key")["KeyPolicy"]
        assert before == policy

    def test_is_that_of_a_given_queue(self, stack):
        """The role uses the key that the queue has."""
        key = kms.Key(stack, "Key")
        failed = sqs.Queue(stack, "Failed", encryption_master_key=key)
        schedule(stack, dead_letter_queue=failed)

        (statement,) = (e for e in allowed(stack) if e["Sid"] == "DeadLettersKey")
        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == statement["Resource"]


class TestAlarms:
    def test_go_off_on_the_first_dead_letter(self, stack):
        """One is enough (EVB-08)."""
        topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
        it = schedule(stack, alarm_topic=topic)

        found = alarms(template_of(stack))
        assert {"ApproximateNumberOfMessagesVisible"} == found.keys()
        (alarm,) = found.values()
        assert (1, [TOPIC]) == (alarm["Threshold"], alarm["AlarmActions"])
        assert 1 == len(it.alarms)

    def test_tell_the_topic_of_a_baseline(self, stack):
        """What the nearest baseline has."""
        topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC)
        Baseline(alarm_topic=topic).apply_to(stack)
        schedule(stack)

        (alarm,) = alarms(template_of(stack)).values()
        assert [TOPIC] == alarm["AlarmActions"]

    def test_go_off_when_the_group_drops_a_call(self, stack):
        """The service counts by group; only one of its own tells of its schedules."""
        it = schedule(stack, schedule_group=scheduler.ScheduleGroup(stack, "Group"))

        assert 2 == len(it.alarms)
        found = alarms(template_of(stack))["InvocationDroppedCount"]
        assert ("AWS/Scheduler", 1) == (found["Namespace"], found["Threshold"])
        (dimension,) = found["Dimensions"]
        assert "ScheduleGroup" == dimension["Name"]

    def test_warn_that_nobody_hears_them(self, stack):
        """Without a topic."""
        schedule(stack)

        assert {"secure-constructs:noAlarmTopic"} == warnings(stack)

    def test_are_none_where_nothing_can_be_watched(self, stack):
        """Neither a queue nor a group, and no warning of a missing topic."""
        it = schedule(stack, dead_letter_queue=Waived(REASON))

        assert [] == it.alarms
        assert set() == warnings(stack)

    def test_may_be_waived(self, stack):
        """The reason is on record."""
        schedule(stack, alarms=Waived(REASON))
        template = template_of(stack)

        assert {} == alarms(template)
        assert {"EVB-08": {"Reason": REASON}} == record(template, MADE)["Waivers"]

    def test_are_not_made_in_development(self, stack):
        """Nobody is called at night for a test; waiving them is then no waiver."""
        schedule(stack, tier=Tier.DEVELOPMENT, alarms=Waived(REASON))
        schedule(stack, "Second", tier=Tier.DEVELOPMENT)
        template = template_of(stack)

        assert {} == alarms(template)
        assert "Waivers" not in record(template, MADE)


class TestOptions:
    def test_dead_letter_queue_may_be_waived(self, stack):
        """There is no queue then, and the reason is on record (EVB-10)."""
        it = schedule(stack, dead_letter_queue=Waived(REASON))
        template = template_of(stack)

        assert it.dead_letter_queue is None
        assert {} == resources(template, "AWS::SQS::Queue")
        assert {"EVB-10": {"Reason": REASON}} == record(template, MADE)["Waivers"]
        assert "DeadLetterConfig" not in target(stack)
        assert ["Target"] == [each["Sid"] for each in allowed(stack)]

    def test_dead_letter_queue_may_be_shared(self, stack):
        """Each role may send there, and one alarm watches it."""
        failed = sqs.Queue(cdk.Stack(stack.node.root, "Other"), "Failed")
        schedule(stack, dead_letter_queue=failed)
        schedule(stack, "Second", dead_letter_queue=failed)

        assert 1 == len(resources(template_of(stack), "AWS::CloudWatch::Alarm"))

    def test_group(self, stack):
        """The role trusts schedules of that group only."""
        group = scheduler.ScheduleGroup(stack, "Group")
        schedule(stack, schedule_group=group)

        (trust,) = only(template_of(stack), "IAM::Role")["AssumeRolePolicyDocument"][
            "Statement"
        ]
        arn = {"Fn::GetAtt": ["GroupC77FDACD", "Arn"]}
        assert arn == trust["Condition"]["StringEquals"]["aws:SourceArn"]
        assert "GroupName" in made(stack)

    @pytest.mark.parametrize("minutes", [1, 1440])
    def test_window(self, stack, minutes):
        """How late a call may be."""
        schedule(stack, flexible_window=cdk.Duration.minutes(minutes))

        assert {"MaximumWindowInMinutes": minutes, "Mode": "FLEXIBLE"} == made(stack)[
            "FlexibleTimeWindow"
        ]

    @pytest.mark.parametrize(
        "zone", ["Europe/Berlin", cdk.TimeZone.EUROPE_BERLIN], ids=["text", "of CDK"]
    )
    def test_time_zone(self, stack, zone):
        """With its summer time."""
        schedule(stack, time_zone=zone)

        assert "Europe/Berlin" == made(stack)["ScheduleExpressionTimezone"]

    def test_delivery(self, stack):
        """Retries and age."""
        schedule(stack, retry_attempts=0, max_event_age=cdk.Duration.seconds(60))

        assert {
            "MaximumEventAgeInSeconds": 60,
            "MaximumRetryAttempts": 0,
        } == target(stack)["RetryPolicy"]

    @pytest.mark.parametrize("setting", ["tier", "encryption_key", "alarm_topic"])
    def test_fails_on_a_baseline_that_comes_too_late(self, stack, setting):
        """A setting of the place is decided once something has taken it."""
        values: dict[str, Any] = {
            "tier": Tier.PRODUCTION,
            "encryption_key": kms.Key(stack, "Key"),
            "alarm_topic": sns.Topic.from_topic_arn(stack, "Topic", TOPIC),
        }
        schedule(stack)

        with pytest.raises(ValueError, match=setting):
            Baseline(**{str(setting): values[setting]}).apply_to(stack)

    def test_identity(self, stack):
        """Name, description and state are the schedule's."""
        schedule(stack, schedule_name="n", description="Orders", enabled=False)

        assert ("n", "Orders", "DISABLED") == tuple(
            made(stack)[name] for name in ("Name", "Description", "State")
        )

    def test_description_may_be_long(self, stack):
        """As long as the service takes it."""
        schedule(stack, description="a" * 512)

        assert "a" * 512 == made(stack)["Description"]

    def test_tokens_pass(self, stack):
        """What is only known at deployment is not judged."""
        when = cdk.CfnParameter(stack, "When").value_as_string
        zone = cdk.CfnParameter(stack, "Zone").value_as_string
        schedule(stack, expression=when, time_zone=zone)

        found = made(stack)
        assert [{"Ref": "When"}, {"Ref": "Zone"}] == [
            found["ScheduleExpression"],
            found["ScheduleExpressionTimezone"],
        ]

    def test_fails_on_a_window_that_is_a_token(self, stack):
        """CDK would fail with less to go by."""
        minutes = cdk.CfnParameter(stack, "Window", type="Number").value_as_number

        with pytest.raises(ValueError, match="is only known at deployment"):
            schedule(stack, flexible_window=cdk.Duration.minutes(minutes))

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"flexible_window": cdk.Duration.minutes(0)}, "is not 1 to 1,440 whole"),
            ({"flexible_window": cdk.Duration.minutes(1441)}, "is not 1 to 1,440"),
            ({"flexible_window": cdk.Duration.seconds(90)}, "is not 1 to 1,440 whole"),
            ({"retry_attempts": 186}, "from 0 to 185"),
            ({"max_event_age": cdk.Duration.seconds(59)}, "is not 60 seconds to 24"),
            ({"schedule_name": "my schedule"}, "is no name of a schedule"),
            ({"schedule_name": "a" * 65}, "is no name of a schedule"),
            ({"description": "a" * 513}, "is longer than 512"),
            ({"time_zone": "Europe/Atlantis"}, "is no time zone"),
            ({"time_zone": "Europe"}, "is no time zone"),
            ({"time_zone": "/etc/passwd"}, "is no time zone"),
            ({"alarms": Waived("because")}, "does not say why"),
            ({"dead_letter_queue": Waived("because")}, "does not say why"),
        ],
        ids=plain,
    )
    def test_fails_on_wrong_values(self, stack, options, problem):
        """Nothing is created then."""
        with pytest.raises(ValueError, match=problem):
            schedule(stack, **options)

        assert stack.node.try_find_child("Made") is None

    @pytest.mark.parametrize(
        "options",
        [
            {"to": "orders"},
            {"expression": cdk.Duration.hours(1)},
            {"time_zone": 1},
            {"flexible_window": 5},
            {"schedule_group": "orders"},
            {"input": "x"},
            {"enabled": "yes"},
            {"alarm_topic": "on-call"},
            {"dead_letter_queue": "failed"},
            {"encryption_key": "key"},
            {"schedule_name": 5},
            {"description": 5},
            {"tier": "production"},
        ],
        ids=plain,
    )
    def test_fails_on_the_wrong_kind(self, stack, options):
        """The error names the option."""
        with pytest.raises(TypeError, match=f"{next(iter(options))}="):
            schedule(stack, **options)

    def test_fails_on_a_fifo_queue_for_dead_letters(self, stack):
        """The service sends none there."""
        with pytest.raises(ValueError, match="is a FIFO queue"):
            schedule(stack, dead_letter_queue=sqs.Queue(stack, "Failed", fifo=True))

    def test_fails_on_a_second_one_with_the_same_id(self, stack):
        """The error says that the id is taken."""
        schedule(stack)

        with pytest.raises(ValueError, match="construct_id='Made' is taken"):
            schedule(stack, to=a_function(stack))

    def test_checks_no_time_zone_where_the_machine_knows_none(self, stack, monkeypatch):
        """Windows has none of its own; the name is then AWS's to judge."""
        monkeypatch.setattr(zoneinfo, "ZoneInfo", _unknown)
        schedule(stack, time_zone="Europe/Berlin")

        assert "Europe/Berlin" == made(stack)["ScheduleExpressionTimezone"]


def _unknown(name: str) -> None:
    raise zoneinfo.ZoneInfoNotFoundError(name)


class TestExpressions:
    @pytest.mark.parametrize(
        "expression",
        [
            "rate(1 minute)",
            "rate(5 minutes)",
            "rate(1 day)",
            "rate(36 hours)",
            "at(2030-01-31T03:00:00)",
            "cron(0 3 * * ? *)",
            "cron(0/15 8-17 ? * MON-FRI *)",
            "cron(*/5 * * * ? *)",
            "cron(0,30 0-6,22-23 1,15 JAN,jul-SEP ? 2030-2040)",
            "cron(0 10 ? * 6L *)",
            "cron(0 10 ? * FRIL *)",
            "cron(0 10 ? * L *)",
            "cron(0 10 ? * MON#1 *)",
            "cron(0 10 ? * 2#5 *)",
            "cron(0 10 L * ? *)",
            "cron(0 10 LW * ? *)",
            "cron(0 10 15W * ? *)",
            "cron(59 23 31 12 ? 2199)",
            "cron(0/59 0/1 1 1 ? 1970)",
            "cron(0 0 ? * 1,7 *)",
        ],
    )
    def test_takes(self, stack, expression):
        """Everything that the service documents."""
        schedule(stack, expression=expression)

        assert expression == made(stack)["ScheduleExpression"]

    @pytest.mark.parametrize(
        ("expression", "problem"),
        [
            ("", "is neither cron"),
            ("rate(5 minutes) ", "is neither cron"),
            (" rate(5 minutes)", "is neither cron"),
            ("0 3 * * *", "is neither cron"),
            ("every(5 minutes)", "is neither cron"),
            ("rate(5)", "is no rate"),
            ("rate(5 minutes or so)", "is no rate"),
            ("rate(0 minutes)", "is no rate"),
            ("rate(1.5 hours)", "is no rate"),
            ("rate(5 weeks)", "is no rate"),
            ("rate(1 minutes)", "write rate(1 minute)"),
            ("rate(5 minute)", "write rate(5 minutes)"),
            ("at(2030-01-31)", "is no point in time"),
            ("at(2030-02-30T03:00:00)", "is no point in time"),
            ("at(2030-01-31T03:00:00Z)", "is no point in time"),
            ("cron(0 3 * * *)", "has 5 fields, where there are six"),
            ("cron(0 3 * * ? * *)", "has 7 fields"),
            ("cron(0  3 * * ? *)", "has 7 fields"),
            ("cron(60 3 * * ? *)", "as its minutes, which is not 0 to 59"),
            ("cron(0 24 * * ? *)", "as its hours, which is not 0 to 23"),
            ("cron(0 3 0 * ? *)", "as its day of month, which is not 1 to 31"),
            ("cron(0 3 32 * ? *)", "as its day of month"),
            ("cron(0 3 32W * ? *)", "as its day of month"),
            ("cron(0 3 0W * ? *)", "as its day of month"),
            ("cron(0 3 L5 * ? *)", "as its day of month"),
            ("cron(0 3 * 13 ? *)", "which is not 1 to 12 or JAN to DEC"),
            ("cron(0 3 * FOO ? *)", "'FOO' as its month"),
            ("cron(0 3 ? * 0 *)", "which is not 1 to 7 or SUN to SAT"),
            ("cron(0 3 ? * MON#6 *)", "as its day of week"),
            ("cron(0 3 ? * MON#0 *)", "as its day of week"),
            ("cron(0 3 ? * 8L *)", "as its day of week"),
            ("cron(0 3 ? * 0L *)", "as its day of week"),
            ("cron(0 3 ? * 8#1 *)", "as its day of week"),
            ("cron(0 3 * * ? 1969)", "which is not 1970 to 2199"),
            ("cron(0 3 * * ? 2200)", "as its year"),
            ("cron(? 3 * * ? *)", "as its minutes"),
            ("cron(0 3 * ? ? *)", "as its month"),
            ("cron(L 3 * * ? *)", "as its minutes"),
            ("cron(0/0 3 * * ? *)", "followed by no step from 1 to 59"),
            ("cron(0/60 3 * * ? *)", "followed by no step"),
            ("cron(0/ 3 * * ? *)", "followed by no step"),
            ("cron(/5 3 * * ? *)", "which is not 0 to 59"),
            ("cron(0, 3 * * ? *)", "which is not 0 to 59"),
            ("cron(0- 3 * * ? *)", "which is not 0 to 59"),
            ("cron(0 22-2 * * ? *)", "which ends before it begins"),
            ("cron(0 3 1 3-FEB ? *)", "which ends before it begins"),
            ("cron(0 3 1 MAR-2 ? *)", "which ends before it begins"),
            ("cron(0 3 ?,1 * ? *)", "as its day of month"),
            ("cron(0 3 * * * *)", "must have ? either as its day of month or"),
            ("cron(0 3 ? * ? *)", "must have ? either as its day of month or"),
            ("cron(0 3 1 * MON *)", "must have ? either as its day of month or"),
        ],
    )
    def test_fails_on(self, stack, expression, problem):
        """What the service refuses, or would misunderstand."""
        with pytest.raises(ValueError, match="expression=") as error:
            schedule(stack, expression=expression)

        assert problem in str(error.value)
