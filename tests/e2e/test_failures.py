"""Where that ends which does not work: nothing is lost, and somebody hears of it."""

from __future__ import annotations

import json
import uuid

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.support.listening import listening_to_topic


@pytest.fixture
def impatient(production) -> Iterator[None]:
    """The queue of orders, which for once does not wait before it tries again."""
    sqs, url = production.endpoint.client("sqs"), production.id("Orders", "Incoming")

    def wait(seconds: int) -> None:
        attributes = {"VisibilityTimeout": str(seconds)}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)

    wait(0)
    yield
    wait(180)


@pytest.fixture
def forbidden(production) -> Iterator[None]:
    """The invoicer, which for once the rule may not call."""
    functions = production.endpoint.client("lambda")
    name = production.id("Orders", "Invoicer")
    (statement,) = json.loads(functions.get_policy(FunctionName=name)["Policy"])[
        "Statement"
    ]
    functions.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    yield
    functions.add_permission(
        FunctionName=name,
        StatementId=statement["Sid"],
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        SourceAccount=statement["Condition"]["StringEquals"]["AWS:SourceAccount"],
    )


def _record(order: dict[str, Any]) -> dict[str, Any]:
    """Return *order* as Lambda hands a message over."""
    return {
        "messageId": order["order_id"],
        "body": json.dumps(order),
        "attributes": {"SentTimestamp": "1795000000000"},
        "eventSource": "aws:sqs",
    }


class TestOrders:
    def test_a_bad_order_spoils_none_beside_it(self, production, shop):
        """Of a batch, the function names what failed, and has done the rest."""
        good, bad = shop.order("acme"), {"order_id": str(uuid.uuid4())}
        answer = production.endpoint.client("lambda").invoke(
            FunctionName=production.id("Orders", "Processor"),
            Payload=json.dumps({"Records": [_record(bad), _record(good)]}),
        )

        failures = json.loads(answer["Payload"].read())["batchItemFailures"]
        assert [bad["order_id"]] == [each["itemIdentifier"] for each in failures]
        assert shop.items(good)

    @pytest.mark.usefixtures("impatient")
    def test_what_is_no_order_ends_among_the_failures(self, shop):
        """After five tries it waits for a person."""
        bad = {"order_id": str(uuid.uuid4())}
        shop.place(bad)

        failed = shop.taken_from("IncomingDeadLetters")
        assert failed
        assert bad == json.loads(failed["Body"])


class TestEvents:
    def test_what_the_invoicer_cannot_do_is_in_its_failure_queue(self, shop):
        """Tried three times in all, the event is kept with the reason."""
        detail = {"order_id": str(uuid.uuid4())}
        shop.say("OrderPlaced", detail)

        failed = shop.taken_from("InvoicerFailureQueue")
        assert failed
        record = json.loads(failed["Body"])
        assert detail == record["requestPayload"]["detail"]
        assert "RetriesExhausted" == record["requestContext"]["condition"]

    @pytest.mark.usefixtures("forbidden")
    def test_what_cannot_be_delivered_is_in_the_dead_letter_queue(self, shop):
        """
        The rule keeps the event, and says why.

        The emulator asks for the permission of the rule and for the policy of the
        queue by what `tests/e2e/emulator` adds to it.
        """
        detail = {"order_id": str(uuid.uuid4())}
        shop.say("OrderPlaced", detail)

        dead = shop.taken_from("EventsRouteInvoicesDeadLetterQueue")
        assert dead
        assert detail == json.loads(dead["Body"])["detail"]
        assert (
            "NO_PERMISSIONS" == dead["MessageAttributes"]["ERROR_CODE"]["StringValue"]
        )

    def test_what_no_rule_is_about_goes_nowhere(self, shop):
        """It is in the archive, and in no queue: no pattern lets it by."""
        if shop.product.endpoint.prefix:
            pytest.skip("AWS counts the events of an archive minutes later")
        before = shop.archived()
        shop.say("OrderForgotten", {"order_id": "1"})

        assert before + 1 == shop.archived()
        assert 0 == shop.waiting("EventsRouteInvoicesDeadLetterQueue")
        assert 0 == shop.waiting("InvoicerFailureQueue")


class TestAlarms:
    @pytest.mark.parametrize(
        ("stack", "alarm"),
        [("Orders", "InvoicerErrors"), ("OrdersShared", "EventsFailedInvocations")],
    )
    def test_who_is_on_call_hears_of_it(self, production, stack, alarm):
        """
        An alarm that goes off reaches the topic, and who has subscribed to it.

        It is set off by hand: the emulator never evaluates an alarm on a query, and
        asks neither the topic's policy nor that of its key.
        """
        name = production.id(stack, alarm)
        topic = production.id("OrdersShared", "OnCall")
        with listening_to_topic(production.endpoint, topic) as hear:
            production.endpoint.client("cloudwatch").set_alarm_state(
                AlarmName=name, StateValue="ALARM", StateReason="e2e"
            )
            heard = hear()

        assert heard
        assert name == json.loads(heard["Message"])["AlarmName"]
