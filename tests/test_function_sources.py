"""Tests for the event sources of a function: queues, streams and others (LAM-11)."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import (
    aws_dynamodb as dynamodb,
    aws_kinesis as kinesis,
    aws_kms as kms,
    aws_lambda as lambda_,
    aws_lambda_event_sources as event_sources,
    aws_sns as sns,
    aws_sqs as sqs,
)

from secure_constructs import TenantTable, Waived
from tests.support.functions import FUNCTION, alarms, development, function, only
from tests.support.nag import ORDINARY, add_packs
from tests.support.synth import (
    FLAGS,
    RECOMMENDED,
    assembly_of,
    new_app,
    resources,
    synthesize,
    template_of,
)

REASON = "only its stream calls this function"
_FLAGS = pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)


@pytest.fixture
def stack() -> cdk.Stack:
    """A stack of an app that reports findings instead of failing on them."""
    return cdk.Stack(new_app(), "Stack")


def work(stack: cdk.Stack, **options: Any) -> sqs.Queue:
    """Define a queue that hides its messages for long enough."""
    visible = cdk.Duration.minutes(3)
    return sqs.Queue(stack, "Work", visibility_timeout=visible, **options)


def table(stack: cdk.Stack, kind: Any = dynamodb.TableV2, **options: Any) -> Any:
    """Define a table with a stream."""
    images = dynamodb.StreamViewType.NEW_IMAGE
    key = dynamodb.Attribute(name="PK", type=dynamodb.AttributeType.STRING)
    stream = "dynamo_stream" if kind is dynamodb.TableV2 else "stream"
    return kind(stack, "Table", partition_key=key, **{stream: images}, **options)


def policy(template: Any) -> str:
    """Return what the function was granted, as text."""
    found = resources(template, "AWS::IAM::ManagedPolicy")
    return str([found[name] for name in found if "Grants" in name])


class TestQueues:
    def test_only_what_failed_comes_again(self, stack):
        """The function says which messages of a batch failed."""
        function(stack).add_queue_source(work(stack))

        assert {
            "BatchSize": 10,
            "EventSourceArn": {"Fn::GetAtt": ["WorkBF636A8B", "Arn"]},
            "FunctionName": {"Ref": FUNCTION},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        } == only(template_of(stack), "Lambda::EventSourceMapping")

    def test_options(self, stack):
        """Batches, windows, limits and filters are CDK's own."""
        development(stack).add_queue_source(
            work(stack),
            batch_size=100,
            max_batching_window=cdk.Duration.seconds(5),
            max_concurrency=20,
            filters=[
                lambda_.FilterCriteria.filter(
                    {"body": lambda_.FilterRule.is_equal("order")}
                )
            ],
        )

        found = only(template_of(stack), "Lambda::EventSourceMapping")
        assert 100 == found["BatchSize"]
        assert 5 == found["MaximumBatchingWindowInSeconds"]
        assert {"MaximumConcurrency": 20} == found["ScalingConfig"]
        assert 1 == len(found["FilterCriteria"]["Filters"])

    def test_has_the_logical_id_of_cdk(self, stack):
        """A mapping that is there already stays as it is."""
        other = cdk.Stack(new_app(), "Stack")
        plain = lambda_.Function(
            other,
            "Fn",
            code=lambda_.Code.from_inline("pass"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
        )
        plain.add_event_source(event_sources.SqsEventSource(work(other)))
        development(stack).add_queue_source(work(stack))

        type_ = "AWS::Lambda::EventSourceMapping"
        assert list(resources(template_of(other), type_)) == list(
            resources(template_of(stack), type_)
        )

    def test_gets_dead_letters(self, stack):
        """A queue without a dead-letter queue gets one, after five attempts."""
        made = function(stack)
        made.add_queue_source(work(stack))

        template = template_of(stack)
        queues = resources(template, "AWS::SQS::Queue")
        (name,) = (each for each in queues if each.startswith("WorkDeadLetters"))
        assert {
            "deadLetterTargetArn": {"Fn::GetAtt": [name, "Arn"]},
            "maxReceiveCount": 5,
        } == queues["WorkBF636A8B"]["Properties"]["RedrivePolicy"]
        assert {
            "MessageRetentionPeriod": 1209600,
            "SqsManagedSseEnabled": True,
        } == queues[name]["Properties"]
        assert "RetainExceptOnCreate" == queues[name]["DeletionPolicy"]
        watched = [
            each["Properties"]["Dimensions"]
            for each in resources(template, "AWS::CloudWatch::Alarm").values()
        ]
        attribute = {"Fn::GetAtt": [name, "QueueName"]}
        assert [{"Name": "QueueName", "Value": attribute}] in watched
        assert 5 == len(made.alarms)

    def test_dead_letters_of_a_fifo_queue(self, stack):
        """They keep their order, and their key."""
        key = kms.Key(stack, "Key")
        development(stack).add_queue_source(
            work(stack, fifo=True, encryption_master_key=key)
        )

        queues = resources(template_of(stack), "AWS::SQS::Queue")
        (found,) = (
            each["Properties"]
            for name, each in queues.items()
            if name.startswith("WorkDeadLetters")
        )
        assert found["FifoQueue"]
        assert {"Fn::GetAtt": ["Key961B73FD", "Arn"]} == found["KmsMasterKeyId"]

    def test_dead_letters_that_are_there(self, stack):
        """A queue's own redrive policy is left alone."""
        dead = sqs.Queue(stack, "Dead")
        redrive = sqs.DeadLetterQueue(queue=dead, max_receive_count=3)
        made = function(stack)
        made.add_queue_source(work(stack, dead_letter_queue=redrive))

        queues = resources(template_of(stack), "AWS::SQS::Queue")
        found = queues["WorkBF636A8B"]["Properties"]["RedrivePolicy"]
        assert 3 == found["maxReceiveCount"]
        assert 3 == len(queues)
        assert 4 == len(made.alarms)

    def test_two_functions_of_one_queue(self, stack):
        """The second finds the dead-letter queue of the first."""
        queue = work(stack)
        function(stack, "One").add_queue_source(queue)
        function(stack, "Two").add_queue_source(queue)

        queues = resources(template_of(stack), "AWS::SQS::Queue")
        assert 1 == sum("DeadLetters" in name for name in queues)

    def test_of_another_stack(self):
        """The dead-letter queue is made where the queue is; nothing refers back."""
        app = new_app(RECOMMENDED)
        queue = work(cdk.Stack(app, "Data"))
        function(cdk.Stack(app, "Code")).add_queue_source(queue)

        templates = synthesize(app).templates
        data = resources(templates["Data.template.json"], "AWS::SQS::Queue")
        assert 2 == len(data)
        assert 1 == len(
            resources(
                templates["Code.template.json"], "AWS::Lambda::EventSourceMapping"
            )
        )

    def test_that_is_imported_gives_a_warning(self):
        """Its redrive policy and visibility timeout are out of reach."""
        stack = cdk.Stack(new_app(RECOMMENDED), "Stack")
        arn = "arn:aws:sqs:eu-west-1:111122223333:work"
        queue = sqs.Queue.from_queue_arn(stack, "Work", arn)
        made = development(stack)
        made.add_queue_source(queue)

        assert "Annotation::secure-constructs:queueRedrive" in (
            assembly_of(stack).rules
        )

    @_FLAGS
    def test_no_pack_finds_anything(self, flags):
        """What Serverless says of queues without a destination is argued."""
        app = new_app(flags)
        stack = cdk.Stack(app, "Stack")
        development(stack).add_queue_source(work(stack, enforce_ssl=True))
        add_packs(app, *ORDINARY)

        assert set() == synthesize(app).findings


class TestStreams:
    @pytest.mark.parametrize("kind", [dynamodb.TableV2, dynamodb.Table])
    def test_of_a_table(self, stack, kind):
        """A batch is split, retried for so long, and what fails is kept."""
        function(stack).add_stream_source(table(stack, kind))

        template = template_of(stack)
        found = only(template, "Lambda::EventSourceMapping")
        (queue,) = resources(template, "AWS::SQS::Queue")
        assert {"Fn::GetAtt": ["TableCD117FA1", "StreamArn"]} == found["EventSourceArn"]
        assert {
            "BatchSize": 100,
            "BisectBatchOnFunctionError": True,
            "DestinationConfig": {
                "OnFailure": {"Destination": {"Fn::GetAtt": [queue, "Arn"]}}
            },
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumRecordAgeInSeconds": 43200,
            "MaximumRetryAttempts": 10,
            "StartingPosition": "TRIM_HORIZON",
        } == {
            name: found[name]
            for name in found
            if name not in ("EventSourceArn", "FunctionName")
        }

    @pytest.mark.parametrize("kind", [dynamodb.TableV2, dynamodb.Table])
    def test_of_a_table_may_be_read(self, stack, kind):
        """This one stream, without the wildcard that CDK takes for a `Table`."""
        function(stack).add_stream_source(table(stack, kind))

        said = policy(template_of(stack))
        assert "dynamodb:GetRecords" in said
        assert "'*'" not in said

    def test_of_a_table_with_a_key(self, stack):
        """The function may decrypt what it reads."""
        encryption = dynamodb.TableEncryption.CUSTOMER_MANAGED
        function(stack).add_stream_source(
            table(stack, dynamodb.Table, encryption=encryption)
        )

        assert "kms:Decrypt" in policy(template_of(stack))

    @pytest.mark.parametrize("pick", [lambda made: made, lambda made: made.table])
    @pytest.mark.parametrize("region", ["eu-west-1", None])
    def test_of_a_tenant_table_with_a_key(self, pick, region):
        """It may decrypt in any stack, also where CDK does not know the key."""
        env = cdk.Environment(account="111122223333", region=region)
        stack = cdk.Stack(new_app(), "Stack", env=env)
        key = kms.Key(stack, "Key")
        images = dynamodb.StreamViewType.NEW_IMAGE
        data = TenantTable(stack, "Data", encryption_key=key, stream=images)

        function(stack).add_stream_source(pick(data))

        said = policy(template_of(stack))
        assert "dynamodb:GetRecords" in said
        assert "'kms:Decrypt', 'Effect': 'Allow', 'Resource': {'Fn::GetAtt'" in said

    def test_of_kinesis(self, stack):
        """A stream of Kinesis is read in the same way."""
        function(stack).add_stream_source(kinesis.Stream(stack, "Stream"))

        template = template_of(stack)
        found = only(template, "Lambda::EventSourceMapping")
        assert {"Fn::GetAtt": ["Stream790BDEE4", "Arn"]} == found["EventSourceArn"]
        assert found["BisectBatchOnFunctionError"]
        assert "kinesis:GetRecords" in policy(template)

    def test_options(self, stack):
        """Each number and position can be another."""
        development(stack).add_stream_source(
            table(stack),
            batch_size=10,
            max_batching_window=cdk.Duration.seconds(5),
            retry_attempts=0,
            max_record_age=cdk.Duration.hours(1),
            parallelization_factor=4,
            starting_position=lambda_.StartingPosition.LATEST,
            filters=[
                lambda_.FilterCriteria.filter(
                    {"eventName": lambda_.FilterRule.is_equal("INSERT")}
                )
            ],
        )

        found = only(template_of(stack), "Lambda::EventSourceMapping")
        assert (10, 5, 0, 3600, 4, "LATEST") == tuple(
            found[name]
            for name in (
                "BatchSize",
                "MaximumBatchingWindowInSeconds",
                "MaximumRetryAttempts",
                "MaximumRecordAgeInSeconds",
                "ParallelizationFactor",
                "StartingPosition",
            )
        )
        assert 1 == len(found["FilterCriteria"]["Filters"])

    def test_falling_behind_is_told(self, stack):
        """One alarm, however many streams there are; ten minutes, three times."""
        made = function(stack)
        made.add_stream_source(table(stack))
        made.add_stream_source(kinesis.Stream(stack, "Stream"))

        found = alarms(template_of(stack))["IteratorAge"]
        assert (600000, 3, "Maximum") == (
            found["Threshold"],
            found["EvaluationPeriods"],
            found["Statistic"],
        )
        assert 5 == len(made.alarms)

    def test_falling_behind_in_development(self, stack):
        """There are no alarms in development."""
        made = development(stack)
        made.add_stream_source(table(stack))

        assert [] == made.alarms

    def test_of_a_function_that_nobody_else_calls(self, stack):
        """It gets a failure queue after all, may send there, and is watched."""
        made = function(stack, failure_queue=Waived(REASON))
        made.add_stream_source(table(stack))

        template = template_of(stack)
        assert 1 == len(resources(template, "AWS::SQS::Queue"))
        assert "sqs:SendMessage" in policy(template)
        assert made.failure_queue is not None
        assert "ApproximateNumberOfMessagesVisible" in alarms(template)

    def test_two_of_one_function_share_the_failure_queue(self, stack):
        """The queue that the first made serves the second."""
        made = function(stack, failure_queue=Waived(REASON))
        made.add_stream_source(table(stack))
        made.add_stream_source(kinesis.Stream(stack, "Stream"))

        assert 1 == len(resources(template_of(stack), "AWS::SQS::Queue"))

    @_FLAGS
    def test_no_pack_finds_anything(self, flags):
        """Neither the grant nor the mapping needs an acknowledgement."""
        app = new_app(flags)
        stack = cdk.Stack(app, "Stack")
        protected = table(stack, point_in_time_recovery=True)
        development(stack).add_stream_source(protected)
        add_packs(app, *ORDINARY)

        assert set() == synthesize(app).findings


class TestOthers:
    def test_any_source_of_cdk(self, stack):
        """What CDK has is added as it is."""
        topic = sns.Topic(stack, "Topic")
        development(stack).add_event_source(event_sources.SnsEventSource(topic))

        subscription = only(template_of(stack), "SNS::Subscription")
        assert {"Fn::GetAtt": [FUNCTION, "Arn"]} == subscription["Endpoint"]
