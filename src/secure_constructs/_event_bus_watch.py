"""The alarms of a bus (EVB-08)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, aws_cloudwatch as cloudwatch

from secure_constructs._alarms import alarm, alarm_on_failures, warn_if_unheard

if TYPE_CHECKING:
    from aws_cdk import aws_sns as sns, aws_sqs as sqs
    from constructs import Construct

_PERIOD = Duration.minutes(5)


def watch(
    scope: Construct,
    *,
    called: str,
    name: str,
    queue: sqs.IQueue,
    topic: sns.ITopic | None,
) -> list[cloudwatch.Alarm]:
    """
    Define the alarms of a bus: on all of its rules at once, and on its queue.

    EventBridge counts failures by bus and rule, never by bus alone: an alarm on the
    bus alone would stay silent for ever. So these sum the metrics of all rules, those
    included that other stacks define.

    Args:
        scope: The bus.
        called: What the user calls it.
        name: Its name.
        queue: Its dead-letter queue.
        topic: Whom the alarms tell, if anybody.
    """
    of_rules = {
        "FailedInvocations": f"Targets of rules on {called} fail for good. What they "
        "should have got waits in the dead-letter queue of the rule, if it has one; "
        "the messages there say why.",
        "ThrottledRules": f"Rules on {called} are held back: the account invokes more "
        "targets than its quota allows. Events are late; raise the quota, or narrow "
        "the patterns.",
        "InvocationsFailedToBeSentToDlq": f"Events on {called} are lost: not even the "
        "dead-letter queue of their rule could take them. Look at the policy of the "
        "queue and of its key, then replay the archive for that time.",
    }
    alarms = [
        alarm(
            scope, metric, _of_rules(metric, name), threshold=1, says=says, topic=topic
        )
        for metric, says in of_rules.items()
    ]
    waiting = alarm_on_failures(
        scope,
        "DeadLettersWaiting",
        queue,
        says=f"{called} could not handle events that it took, most often because its "
        "key could not be used; they wait in its dead-letter queue, for 14 days. "
        "Repair the cause, then put them again.",
        topic=topic,
    )
    warn_if_unheard(scope, topic)
    return [*alarms, waiting]


def _of_rules(metric: str, name: str) -> cloudwatch.MathExpression:
    """Return the sum of *metric* over all rules of the bus *name*."""
    rules = 'SCHEMA("AWS/Events", EventBusName, RuleName)'
    query = f"SELECT SUM({metric}) FROM {rules} WHERE EventBusName = '{name}'"  # noqa: S608 - CloudWatch's language
    return cloudwatch.MathExpression(expression=query, label=metric, period=_PERIOD)
