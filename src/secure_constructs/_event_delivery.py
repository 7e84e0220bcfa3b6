"""How often and how long something is delivered, and where it goes after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import Aws, Validations, aws_iam as iam, aws_sqs as sqs

from secure_constructs._alarms import alarm_on_failures
from secure_constructs._event_targets import (
    check_environment,
    check_receiver,
    home_stack,
)
from secure_constructs._failure_queue import failure_queue
from secure_constructs._notes import note
from secure_constructs.key import AppKey
from secure_constructs.waiver import Waived

if TYPE_CHECKING:
    from aws_cdk import (
        Duration,
        aws_cloudwatch as cloudwatch,
        aws_kms as kms,
        aws_sns as sns,
    )
    from constructs import Construct

    from secure_constructs._inputs import Inputs
    from secure_constructs._place import Place
    from secure_constructs.tier import Tier

ATTEMPTS = 185
AGE = 24 * 3600
SHORTEST = 60
ACCOUNT = Aws.ACCOUNT_ID
_EVENTS = iam.ServicePrincipal("events.amazonaws.com")
_LETS_IN = "_secure_constructs_lets_events_in"
_WATCHED = "_secure_constructs_dead_letters_watched"
_VIEWS = "SecureConstructsKeys"
_CLOSED_QUEUE = "secure-constructs:eventsQueuePolicy"
_CLOSED_QUEUE_TEXT = (
    "The queue is imported: make sure that its policy lets events.amazonaws.com send "
    "(sqs:SendMessage) where aws:SourceArn is the ARN of this rule and "
    "aws:SourceAccount this account. Acknowledge this warning when it does."
)
_CLOSED_KEY = "secure-constructs:eventsKeyPolicy"
_CLOSED_KEY_TEXT = (
    "The policy of the given key cannot be written from this app; make sure that it "
    "lets events.amazonaws.com use kms:Decrypt and kms:GenerateDataKey* where "
    "aws:SourceAccount is this account. Acknowledge this warning when it does."
)


def check_delivery(
    inputs: Inputs,
    place: Place,
    dead_letter_queue: sqs.IQueue | Waived | None,
    retry_attempts: float | None,
    max_event_age: Duration | None,
    *,
    promise: str,
) -> None:
    """
    Raise if EventBridge does not deliver that way.

    Args:
        inputs: The checks of the construct.
        place: Where it stands.
        dead_letter_queue: What was given for it.
        retry_attempts: Further attempts, if given.
        max_event_age: For how long they are made, if given.
        promise: The id under which a dead-letter queue is promised.
    """
    inputs.whole("retry_attempts", retry_attempts, low=0, high=ATTEMPTS)
    if max_event_age is not None:
        inputs.time(
            "max_event_age",
            max_event_age,
            "seconds",
            low=SHORTEST,
            high=AGE,
            range_="60 seconds to 24 hours, in whole seconds",
        )
    if not hasattr(dead_letter_queue, "queue_arn"):
        inputs.waived(
            "dead_letter_queue",
            dead_letter_queue,
            f"what could not be delivered ({promise})",
            instead="pass a queue, or leave it out for one of its own",
        )
    else:
        queue = cast("sqs.IQueue", dead_letter_queue)
        check_environment(inputs, place, "dead_letter_queue", queue)
        if queue.fifo:
            problem = "is a FIFO queue, to which EventBridge sends no dead letters"
            raise inputs.wrong("dead_letter_queue", queue.node.path, problem)


def check_sender(
    inputs: Inputs, place: Place, queue: sqs.IQueue | Waived | None
) -> None:
    """Raise if a rule in *place* cannot be named by the policy of *queue*."""
    if queue is None or isinstance(queue, Waived):
        return
    option = "dead_letter_queue"
    check_receiver(inputs, option, queue)
    home = home_stack(queue)
    if home not in (None, place.stack):
        problem = (
            f"is created in the stack '{home.node.path}', which would depend on this "
            "one and this one on it: queue and rule name each other; create it here"
        )
        raise inputs.wrong(option, queue.node.path, problem)


def dead_letters_of(
    scope: Construct,
    given: sqs.IQueue | Waived | None,
    *,
    tier: Tier,
    key: kms.IKey | None,
) -> sqs.IQueue | None:
    """Return where dead letters go; nowhere, where that was waived."""
    if given is not None:
        return None if isinstance(given, Waived) else given
    return failure_queue(scope, "DeadLetterQueue", tier=tier, key=key)


def let_rule_send(scope: Construct, queue: sqs.IQueue, rule_arn: str) -> None:
    """
    Let one rule of this account send to *queue*, and use the queue's key.

    Args:
        scope: Where to warn, if the policy of the queue or key cannot be written.
        queue: The queue.
        rule_arn: The ARN of the rule.
    """
    conditions = {
        "ArnEquals": {"aws:SourceArn": rule_arn},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    statement = iam.PolicyStatement(
        principals=[_EVENTS],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions=conditions,
    )
    if not queue.add_to_resource_policy(statement).statement_added:
        Validations.of(scope).add_warning(_CLOSED_QUEUE, _CLOSED_QUEUE_TEXT)


def let_events_use(key: kms.IKey | AppKey | None, scope: Construct) -> None:
    """
    Let EventBridge use *key* to send to encrypted queues of this account.

    The policy of an `AppKey` says so from the start; that of any other key gets one
    statement for all queues, which names none of them: a name would make the stacks
    of key and queue depend on each other.

    Args:
        key: The key, if there is one.
        scope: Where to warn, if the key's policy cannot be written.
    """
    if key is None or isinstance(key, AppKey) or getattr(key, _LETS_IN, False):
        return
    if _is_of_app(key):
        return
    added = key.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EventsOfThisAccount",
            principals=[_EVENTS],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],
            conditions={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        )
    )
    note(key, _LETS_IN, value=True)
    if not added.statement_added:
        Validations.of(scope).add_warning(_CLOSED_KEY, _CLOSED_KEY_TEXT)


def _is_of_app(key: kms.IKey) -> bool:
    """Whether *key* is the key in an `AppKey`, or a view of that."""
    around = key.node.scope
    return isinstance(around, AppKey) or (
        around is not None and around.node.id == _VIEWS
    )


def watch_dead_letters(
    scope: Construct, queue: sqs.IQueue, says: str, topic: sns.ITopic | None
) -> list[cloudwatch.Alarm]:
    """Define an alarm on the first message in *queue*, once for all that share it."""
    if getattr(queue, _WATCHED, False):
        return []
    note(queue, _WATCHED, value=True)
    return [alarm_on_failures(scope, "DeadLetters", queue, says=says, topic=topic)]
