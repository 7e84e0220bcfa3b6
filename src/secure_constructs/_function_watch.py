"""How a function is watched: its alarms, and a dashboard a person can open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

from secure_constructs._alarms import (
    alarm,
    alarm_on_failures,
    failures_waiting,
    metric,
    warn_if_unheard,
)
from secure_constructs._notes import note

if TYPE_CHECKING:
    from aws_cdk import aws_logs as logs, aws_sns as sns, aws_sqs as sqs
    from constructs import Construct

_NAMESPACE = "AWS/Lambda"
_WATCHED = "_secure_constructs_watched"
# The part of the timeout from which on a duration is close to it.
_CLOSE = 0.8
_IN_A_ROW = 3
_TOO_OLD = 10 * 60 * 1000
_WIDE, _HALF, _HIGH = 24, 12, 6
_LATEST_ERRORS = """fields @timestamp, level, message, @requestId
| filter level in ["ERROR", "CRITICAL", "FATAL"] or ispresent(errorMessage)
| sort @timestamp desc"""


class Watch:
    """
    The alarms of one function (LAM-08), if it has any.

    Args:
        called: What the user calls the function.
        timeout: Its timeout in seconds; none where it has no alarms.
        topic: Whom they tell, if anybody.

    Attributes:
        alarms: The alarms.
    """

    def __init__(
        self, called: str, timeout: float | None, topic: sns.ITopic | None
    ) -> None:
        self._called = called
        self._timeout = timeout
        self._topic = topic
        self._is_late_known = False
        self.alarms: list[cloudwatch.Alarm] = []

    def calls(self, scope: Construct, name: str, *, kept: bool) -> None:
        """Watch the calls of the function *name*, whose failed events are *kept*."""
        if self._timeout is None:
            return
        where = " Failed events wait in its failure queue." if kept else ""
        slow = self._timeout * _CLOSE
        self._on(
            scope,
            "Errors",
            metric(_NAMESPACE, "Errors", {"FunctionName": name}),
            threshold=1,
            says=f"{self._called} fails. Its log group says why: filter for level "
            f"ERROR.{where}",
        )
        self._on(
            scope,
            "Throttles",
            metric(_NAMESPACE, "Throttles", {"FunctionName": name}),
            threshold=1,
            says=f"{self._called} is called more often than it may run at once. Raise "
            "its reserved concurrency or the account's quota, or slow its callers.",
        )
        self._on(
            scope,
            "Slow",
            metric(_NAMESPACE, "Duration", {"FunctionName": name}, statistic="p99"),
            threshold=slow * 1000,
            periods=_IN_A_ROW,
            says=f"{self._called} takes {slow:g} seconds and more, of "
            f"{self._timeout:g} until it is stopped. Its traces say where: a slow "
            "dependency, or too little memory.",
        )
        warn_if_unheard(scope, self._topic)

    def failures(self, scope: Construct, queue: sqs.IQueue) -> None:
        """Watch the failure *queue*, once for all the functions that share it."""
        self._on_queue(
            scope,
            "FailedEvents",
            queue,
            f"Events that {self._called} could not process wait in its failure queue, "
            "for 14 days. Repair the cause, then send them again.",
        )

    def dead_letters(self, scope: Construct, queue: sqs.IQueue) -> None:
        """Watch the dead-letter *queue* of a queue that the function works on."""
        self._on_queue(
            scope,
            "DeadLetters",
            queue,
            f"Messages that {self._called} could not process wait in the dead-letter "
            "queue, for 14 days. Repair the cause, then start a redrive.",
        )

    def lateness(self, scope: Construct, name: str) -> None:
        """Watch how far the function *name* is behind its streams, once for all."""
        if self._timeout is None or self._is_late_known:
            return
        self._is_late_known = True
        function = {"FunctionName": name}
        self._on(
            scope,
            "Behind",
            metric(_NAMESPACE, "IteratorAge", function, statistic="Maximum"),
            threshold=_TOO_OLD,
            periods=_IN_A_ROW,
            says=f"{self._called} falls behind its stream by ten minutes and more. "
            "Look for a record that fails again and again, or raise the "
            "parallelization factor.",
        )

    def _on(
        self,
        scope: Construct,
        construct_id: str,
        of: cloudwatch.IMetric,
        *,
        threshold: float,
        says: str,
        periods: int = 1,
    ) -> None:
        made = alarm(
            scope,
            construct_id,
            of,
            threshold=threshold,
            says=says,
            topic=self._topic,
            periods=periods,
        )
        self.alarms.append(made)

    def _on_queue(
        self, scope: Construct, construct_id: str, queue: sqs.IQueue, says: str
    ) -> None:
        if self._timeout is None or getattr(queue, _WATCHED, False):
            return
        note(queue, _WATCHED, value=True)
        made = alarm_on_failures(
            scope, construct_id, queue, says=says, topic=self._topic
        )
        self.alarms.append(made)


def dashboard_of(
    scope: Construct,
    name: str,
    *,
    group: logs.ILogGroup,
    failures: sqs.IQueue | None,
) -> cloudwatch.Dashboard:
    """Define a dashboard: calls, durations, concurrency, failures and their logs."""
    of = {"FunctionName": name}
    graphs = {
        "Calls, errors and throttles": [
            metric(_NAMESPACE, each, of)
            for each in ("Invocations", "Errors", "Throttles")
        ],
        "Duration": [
            metric(_NAMESPACE, "Duration", of, statistic=each)
            for each in ("p50", "p90", "p99")
        ],
        "Running at once": [
            metric(_NAMESPACE, "ConcurrentExecutions", of, statistic="Maximum")
        ],
    }
    if failures is not None:
        graphs["Failed events waiting"] = [failures_waiting(failures)]
    widgets: list[cloudwatch.IWidget] = [
        cloudwatch.GraphWidget(title=title, left=metrics, width=_HALF, height=_HIGH)
        for title, metrics in graphs.items()
    ]
    errors = cloudwatch.LogQueryWidget(
        title="Latest errors",
        log_group_names=[group.log_group_name],
        query_string=_LATEST_ERRORS,
        width=_WIDE,
        height=_HIGH,
    )
    return cloudwatch.Dashboard(
        scope, "Dashboard", widgets=[widgets[:2], widgets[2:], [errors]]
    )
