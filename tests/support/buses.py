"""A deployed app with an event bus, for attacks on it."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk

from aws_cdk import aws_iam as iam, aws_kms as kms

from secure_constructs import AppEventBus, AppKey
from tests.support.cloud import Cloud
from tests.support.iam import Request
from tests.support.synth import new_app, synthesize

OWN, FRIEND, STRANGER = "111122223333", "444455556666", "777788889999"
EVENTS = "events.amazonaws.com"
SAFE = {"aws:SecureTransport": True}
UNHEARD = "Annotation::secure-constructs:noAlarmTopic"


def key_for(kind: str, app: cdk.App, stack: cdk.Stack) -> kms.IKey | AppKey | None:
    """Return a key of that *kind*; none for none."""
    match kind:
        case "app key":
            return AppKey(stack, "Key")
        case "app key of another stack":
            return AppKey(cdk.Stack(app, "Keys"), "Key")
        case "key of yours":
            return kms.Key(stack, "Key")
        case "key of yours in another stack":
            return kms.Key(cdk.Stack(app, "Keys"), "Key")
        case _:
            return None


KEYS = (
    "",
    "app key",
    "app key of another stack",
    "key of yours",
    "key of yours in another stack",
)


def findings(app: cdk.App) -> set[tuple[str, str]]:
    """Return what *app* has of findings, apart from alarms that tell nobody."""
    return {each for each in synthesize(app).findings if each[0] != UNHEARD}


class World:
    """An app with the bus `Bus`, another bus, and a role without permissions."""

    def __init__(self, *, flags: Any = None, key: str = "", **options: Any) -> None:
        self.app = new_app(flags or {})
        self.stack = cdk.Stack(self.app, "Stack")
        self.key = key_for(key, self.app, self.stack)
        if self.key:
            options["encryption_key"] = self.key
        self.bus = AppEventBus(self.stack, "Bus", event_bus_name="orders", **options)
        AppEventBus(self.stack, "Other", event_bus_name="other")
        self.role = iam.Role(self.stack, "Role", assumed_by=iam.AccountRootPrincipal())

    def deploy(self) -> World:
        """Synthesize the app; from now on it can be attacked."""
        assembly = synthesize(self.app)
        self.findings = assembly.findings
        self.cloud = Cloud.read(assembly.directory)
        self.arn = self.cloud.arn("Stack", "BusEA82B648")
        self.queue = self.cloud.arn("Stack", "BusDeadLetterQueue4287E546")
        self.user = self.cloud.arn("Stack", "Role1ABCC5F0")
        return self

    def puts(
        self,
        who: str = "",
        sources: tuple[str, ...] = ("shop.orders",),
        types: tuple[str, ...] = ("OrderPlaced",),
        **more: Any,
    ) -> bool:
        """Whether a principal, by default the role, may put such a batch."""
        context = {
            **SAFE,
            "events:source": sources,
            "events:detail-type": types,
            **{key.replace("__", ":"): more[key] for key in more},
        }
        request = Request(who or self.user, "events:PutEvents", self.arn, context)
        return self.cloud.decide(request).allowed

    def sends(self, source: str, account: str = OWN, **more: Any) -> bool:
        """Whether EventBridge may send to the dead-letter queue for *source*."""
        context = {
            **SAFE,
            "aws:SourceArn": source,
            "aws:SourceAccount": account,
            **{key.replace("__", ":"): more[key] for key in more},
        }
        request = Request(EVENTS, "sqs:SendMessage", self.queue, context)
        return self.cloud.decide(request).allowed

    def uses_key(self, action: str, who: str = EVENTS, **context: str) -> bool:
        """Whether a service may use the key so, with that in the context."""
        (key,) = self.cloud.resources("AWS::KMS::Key")
        given = {name.replace("__", ":"): context[name] for name in context}
        return self.cloud.decide(Request(who, action, key.arn, given)).allowed
