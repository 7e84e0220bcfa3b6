"""What a function by hand works on, and the dashboard that shows how."""

from __future__ import annotations

import aws_cdk as cdk

from aws_cdk import aws_cloudwatch as cloudwatch, aws_sns as sns, aws_sqs as sqs

from benchmarks.by_hand.function import Function
from benchmarks.by_hand.parts import EVERY, acknowledge, alarm, waiting

_LATEST_ERRORS = """fields @timestamp, level, message, @requestId
| filter level in ["ERROR", "CRITICAL", "FATAL"] or ispresent(errorMessage)
| sort @timestamp desc"""


def let_work_on(
    worker: Function, queue: sqs.Queue, failed: sqs.Queue, topic: sns.ITopic
) -> None:
    """Let a function work on the messages of *queue*; what fails goes to *failed*."""
    name = f"SqsEventSource:{cdk.Names.node_unique_id(queue.node)}"
    mapping = worker.function.add_event_source_mapping(
        name,
        event_source_arn=queue.queue_arn,
        batch_size=10,
        max_concurrency=10,
        report_batch_item_failures=True,
    )
    reason = "What fails goes to the dead-letter queue of the queue."
    rule = "Serverless::Serverless-LambdaEventSourceMappingDestination"
    acknowledge(mapping, reason, rule)
    says = (
        f"Messages that {worker.name} could not process wait in the dead-letter queue, "
        "for 14 days. Repair the cause, then start a redrive."
    )
    alarm(mapping, "DeadLetters", waiting(failed), topic, says)


def dashboard(worker: Function) -> None:
    """Define a dashboard for a function without a failure queue."""
    made = worker.function
    graphs: dict[str, list[cloudwatch.IMetric]] = {
        "Calls, errors and throttles": [
            made.metric_invocations(period=EVERY),
            made.metric_errors(period=EVERY),
            made.metric_throttles(period=EVERY),
        ],
        "Duration": [
            made.metric_duration(period=EVERY, statistic=each)
            for each in ("p50", "p90", "p99")
        ],
        "Running at once": [
            made.metric("ConcurrentExecutions", period=EVERY, statistic="Maximum")
        ],
    }
    widgets: list[cloudwatch.IWidget] = [
        cloudwatch.GraphWidget(title=title, left=metrics, width=12, height=6)
        for title, metrics in graphs.items()
    ]
    errors = cloudwatch.LogQueryWidget(
        title="Latest errors",
        log_group_names=[worker.logs.log_group_name],
        query_string=_LATEST_ERRORS,
        width=24,
        height=6,
    )
    cloudwatch.Dashboard(
        worker.inside,
        "Dashboard",
        widgets=[widgets[:2], widgets[2:], [errors]],
    )
