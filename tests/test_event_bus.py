"""Tests for `secure_constructs.event_bus`: what a bus makes and records."""

from __future__ import annotations

import json

from typing import Any

import aws_cdk as cdk
import pytest

from aws_cdk import aws_events as events, aws_kms as kms, aws_sns as sns, aws_sqs as sqs
from constructs import Construct

from secure_constructs import (
    AppEventBus,
    AppKey,
    Baseline,
    EventSchema,
    Tier,
    Waived,
    acknowledge_defaults,
)
from tests.support.buses import UNHEARD, findings
from tests.support.cloud import Cloud
from tests.support.functions import only
from tests.support.iam import Request
from tests.support.ids import plain
from tests.support.nag import ORDINARY, STRICT, STRICT_NAMES, add_packs
from tests.support.synth import (
    FLAGS,
    NO_FLAGS,
    RECOMMENDED,
    add_cdk_validation,
    new_app,
    resources,
    synthesize,
    template_of,
    the,
)

REASON = "the producers can send everything again"
WAIVED = Waived(REASON)
BUS, QUEUE = "BusEA82B648", "BusDeadLetterQueue4287E546"
POLICY = "AWS::Events::EventBusPolicy"
ALARM = "AWS::CloudWatch::Alarm"
KEY_ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-123456"
TOPIC_ARN = "arn:aws:sns:eu-west-1:111122223333:on-call"
PLACED = EventSchema("shop.orders", "OrderPlaced", {"type": "object"}, "An order")
_QUERY = (
    'SELECT SUM({metric}) FROM SCHEMA("AWS/Events", EventBusName, RuleName) '
    "WHERE EventBusName = '"
)


def bus_in(stack: cdk.Stack, **options: Any) -> Any:
    """Return the template of *stack* with a bus."""
    AppEventBus(stack, "Bus", **options)
    return template_of(stack)


class TestBus:
    def test_has_a_name_of_its_own(self, stack):
        """It is not the default bus (EVB-01)."""
        assert "StackBusAA0A1E4B" == the(bus_in(stack), BUS)["Name"]

    def test_has_the_name_and_description_given(self, stack):
        """What a person reads in the console."""
        template = bus_in(stack, event_bus_name="orders", description="of the shop")

        bus = the(template, BUS)
        assert ("orders", "of the shop") == (bus["Name"], bus["Description"])

    def test_says_what_it_is_called(self, stack):
        """Names and ARN are those of the bus inside."""
        bus = AppEventBus(stack, "Bus")

        assert bus.bus.event_bus_name == bus.event_bus_name
        assert bus.bus.event_bus_arn == bus.event_bus_arn

    @pytest.mark.parametrize(
        ("tier", "policy"),
        [(Tier.PRODUCTION, "RetainExceptOnCreate"), (Tier.DEVELOPMENT, "Delete")],
    )
    def test_stays_with_what_it_holds(self, stack, tier, policy):
        """In production bus, archive and queue outlive the stack, all or none."""
        template = bus_in(stack, tier=tier)

        assert {policy} == {
            each["DeletionPolicy"]
            for kind in ("Events::EventBus", "Events::Archive", "SQS::Queue")
            for each in resources(template, f"AWS::{kind}").values()
        }

    def test_is_on_record(self, stack):
        """The guard and an auditor see what it is."""
        record = bus_in(stack)["Resources"][BUS]["Metadata"]["SecureConstructs"]

        assert {"Construct": "AppEventBus", "Tier": "production"} == record


@pytest.mark.parametrize("setting", ["tier", "encryption_key", "alarm_topic"])
class TestSettings:
    """What the bus takes of its place, unless it is told otherwise."""

    @pytest.fixture
    def values(self, stack: cdk.Stack) -> dict[str, Any]:
        """What each setting may be."""
        return {
            "tier": Tier.DEVELOPMENT,
            "encryption_key": kms.Key(stack, "Key"),
            "alarm_topic": sns.Topic.from_topic_arn(stack, "Topic", TOPIC_ARN),
        }

    def test_that_was_taken_is_decided(self, stack, values, setting):
        """A baseline that comes after the bus is too late."""
        AppEventBus(stack, "Bus")

        with pytest.raises(ValueError, match=setting):
            Baseline(**{setting: values[setting]}).apply_to(stack)

    def test_that_was_given_is_not(self, stack, values, setting):
        """Such a bus takes nothing of its place, so there a baseline may follow."""
        AppEventBus(stack, "Bus", **{setting: values[setting]})
        Baseline(**{setting: values[setting]}).apply_to(stack)

        assert 1 == len(resources(template_of(stack), "AWS::Events::EventBus"))


class TestArchive:
    def test_keeps_every_event(self, stack):
        """Each event has a source, so each matches (EVB-02)."""
        archive = only(bus_in(stack), "Events::Archive")

        assert {"source": [{"prefix": ""}]} == archive["EventPattern"]
        assert {"Fn::GetAtt": [BUS, "Arn"]} == archive["SourceArn"]

    @pytest.mark.parametrize(
        ("options", "days"),
        [
            ({}, 30),
            ({"tier": Tier.DEVELOPMENT}, 7),
            ({"archive_retention": cdk.Duration.days(365)}, 365),
            ({"archive_retention": cdk.Duration.hours(48)}, 2),
        ],
        ids=plain,
    )
    def test_keeps_them_for_so_long(self, stack, options, days):
        """Never for ever, unless that is what a number says."""
        assert (
            days == only(bus_in(stack, **options), "Events::Archive")["RetentionDays"]
        )

    def test_can_be_waived(self, stack):
        """There is none then, and the bus says why."""
        bus = AppEventBus(stack, "Bus", archive_retention=WAIVED)
        template = template_of(stack)

        assert bus.archive is None
        assert {} == resources(template, "AWS::Events::Archive")
        record = template["Resources"][BUS]["Metadata"]["SecureConstructs"]
        assert {"EVB-02": {"Reason": REASON}} == record["Waivers"]

    def test_that_is_waived_is_acknowledged(self, app, stack):
        """The report shows the reason, and nothing is open."""
        AppEventBus(stack, "Bus", archive_retention=WAIVED, alarms=WAIVED)
        assembly = synthesize(app)

        assert set() == assembly.findings
        shown = assembly.acknowledged
        assert REASON == shown["EVB-02", "Stack/Bus/Default/Resource"]
        assert REASON == shown["EVB-08", "Stack/Bus/Default/Resource"]


class TestDiscovery:
    @pytest.mark.parametrize("options", [{}, {"schema_discovery": True}], ids=str)
    def test_is_on(self, stack, options):
        """Schemas of this account's events are found (EVB-04)."""
        discoverer = only(bus_in(stack, **options), "EventSchemas::Discoverer")

        arn = {"Fn::GetAtt": [BUS, "Arn"]}
        assert {"CrossAccount": False, "SourceArn": arn} == discoverer

    def test_can_be_waived(self, app, stack):
        """There is none then, and the report shows why."""
        template = bus_in(stack, schema_discovery=WAIVED)

        assert {} == resources(template, "AWS::EventSchemas::Discoverer")
        shown = synthesize(app).acknowledged
        assert REASON == shown["EVB-04", "Stack/Bus/Default/Resource"]

    def test_is_left_out_with_a_key(self, stack):
        """AWS cannot do both; the record says so."""
        template = bus_in(stack, encryption_key=AppKey(stack, "Key"))

        assert {} == resources(template, "AWS::EventSchemas::Discoverer")
        record = template["Resources"][BUS]["Metadata"]["SecureConstructs"]
        assert "discovers no schemas" in record["Waivers"]["EVB-04"]["Reason"]

    def test_added_to_a_bus_with_a_key_is_found(self):
        """What was left out by itself is not acknowledged: it would find nothing."""
        app = new_app()
        stack = cdk.Stack(app, "Stack")
        bus = AppEventBus(stack, "Bus", encryption_key=AppKey(stack, "Key"))
        cdk.aws_eventschemas.CfnDiscoverer(stack, "D", source_arn=bus.event_bus_arn)

        assert {("EVB-04", "Stack/Bus/Default/Resource")} == findings(app)

    def test_with_a_key_can_be_waived_as_well(self, stack):
        """Then the user's reason stands there."""
        options = {"encryption_key": AppKey(stack, "Key"), "schema_discovery": WAIVED}
        template = bus_in(stack, **options)

        record = template["Resources"][BUS]["Metadata"]["SecureConstructs"]
        assert {"EVB-04": {"Reason": REASON}} == record["Waivers"]


class TestSchemas:
    def test_are_none_by_default(self, stack):
        """Nor is there a registry."""
        bus = AppEventBus(stack, "Bus")

        assert bus.registry is None
        assert {} == resources(template_of(stack), "AWS::EventSchemas::Registry")

    def test_are_registered(self, stack):
        """Each in the registry of the bus, as the draft that it takes."""
        bus = AppEventBus(stack, "Bus", schemas=[PLACED])
        schema = only(template_of(stack), "EventSchemas::Schema")

        assert bus.registry is not None
        (registry,) = resources(template_of(stack), "AWS::EventSchemas::Registry")
        assert {
            "RegistryName": {"Fn::GetAtt": [registry, "RegistryName"]},
            "SchemaName": "shop.orders@OrderPlaced",
            "Type": "JSONSchemaDraft4",
            "Description": "An order",
            "Content": PLACED.content,
        } == schema


class TestPolicy:
    @pytest.mark.parametrize("flags", FLAGS.values(), ids=FLAGS)
    def test_has_statements_with_fixed_ids(self, flags):
        """A changed id would leave the bus open, or closed, for a moment."""
        stack = cdk.Stack(new_app(flags), "Stack")
        template = bus_in(
            stack,
            allowed_accounts=["444455556666"],
            allowed_organization_id="o-a1b2c3d4e5",
        )

        assert {
            "BusDenyForeignAccountsD08FD52B": "DenyForeignAccounts",
            "BusAllowNamedAccounts100CB020": "AllowNamedAccounts",
            "BusAllowOrganization4DDF00AE": "AllowOrganization",
        } == {
            name: body["Properties"]["StatementId"]
            for name, body in resources(template, POLICY).items()
        }

    def test_has_statements_one_after_the_other(self, stack):
        """Each changes one policy, and nobody is let in before others are kept out."""
        template = bus_in(
            stack,
            allowed_accounts=["444455556666"],
            allowed_organization_id="o-a1b2c3d4e5",
        )

        assert {
            "BusDenyForeignAccountsD08FD52B": None,
            "BusAllowNamedAccounts100CB020": ["BusDenyForeignAccountsD08FD52B"],
            "BusAllowOrganization4DDF00AE": ["BusAllowNamedAccounts100CB020"],
        } == {
            name: body.get("DependsOn")
            for name, body in resources(template, POLICY).items()
        }

    def test_says_of_each_statement_what_it_is_and_for_which_bus(self, stack):
        """By default there is one, and a bus takes no statement without those."""
        policy = only(bus_in(stack), "Events::EventBusPolicy")

        assert "DenyForeignAccounts" == policy["Statement"]["Sid"]
        assert {"Fn::GetAtt": [BUS, "Arn"]} == policy["Statement"]["Resource"]

    def test_records_whom_it_lets_in(self, stack):
        """The guard then knows who was asked for."""
        template = bus_in(
            stack,
            allowed_accounts=["444455556666"],
            allowed_organization_id="o-a1b2c3d4e5",
        )

        record = template["Resources"][BUS]["Metadata"]["SecureConstructs"]
        assert ["444455556666"] == record["AllowedAccounts"]
        assert "o-a1b2c3d4e5" == record["AllowedOrganization"]

    def test_does_not_refuse_a_service_that_you_let_in(self, app, stack):
        """Calls of a service carry no account; the Deny must not meet them."""
        bus = AppEventBus(stack, "Bus")
        source = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
        bus.bus.add_to_resource_policy(
            cdk.aws_iam.PolicyStatement(
                sid="Service",
                principals=[cdk.aws_iam.ServicePrincipal("ses.amazonaws.com")],
                actions=["events:PutEvents"],
                resources=[bus.event_bus_arn],
                conditions=source,
            )
        )
        cloud = Cloud.read(synthesize(app).directory)
        context = {"aws:SourceAccount": "111122223333"}
        arn = cloud.arn("Stack", BUS)
        request = Request("ses.amazonaws.com", "events:PutEvents", arn, context)
        assert cloud.decide(request).allowed


class TestDeadLetters:
    def test_go_to_a_queue(self, stack):
        """The bus names it (EVB-03)."""
        template = bus_in(stack)

        arn = {"Fn::GetAtt": [QUEUE, "Arn"]}
        assert {"Arn": arn} == the(template, BUS)["DeadLetterConfig"]
        assert 14 * 24 * 3600 == the(template, QUEUE)["MessageRetentionPeriod"]

    def test_are_let_in_by_a_statement_with_a_name(self, stack):
        """Beside the one against plain http, an auditor finds it by that."""
        (policy,) = resources(bus_in(stack), "AWS::SQS::QueuePolicy").values()

        said = policy["Properties"]["PolicyDocument"]["Statement"]
        assert "DeadLettersOfTheBus" in [each.get("Sid") for each in said]

    def test_can_be_read_by_the_user(self, stack):
        """The queue is an attribute, for grants and redrives."""
        assert isinstance(AppEventBus(stack, "Bus").dead_letter_queue, sqs.Queue)


@pytest.mark.parametrize(
    ("level", "types"),
    [
        (events.Level.ERROR, ["ERROR_LOGS"]),
        (events.Level.INFO, ["ERROR_LOGS", "INFO_LOGS"]),
        (events.Level.TRACE, ["ERROR_LOGS", "INFO_LOGS", "TRACE_LOGS"]),
    ],
)
class TestLogs:
    def test_are_delivered_from_that_level_on(self, stack, level, types):
        """AWS delivers each level by a source of its own, all to one group."""
        template = bus_in(stack, log_level=level)
        found = resources(template, "AWS::Logs::DeliverySource")

        assert types == [each["Properties"]["LogType"] for each in found.values()]
        deliveries = resources(template, "AWS::Logs::Delivery").values()
        assert [{"Ref": name} for name in found] == [
            each["Properties"]["DeliverySourceName"] for each in deliveries
        ]
        (group,) = resources(template, "AWS::Logs::LogGroup")
        destination = only(template, "Logs::DeliveryDestination")
        arn = {"Fn::GetAtt": [group, "Arn"]}
        assert arn == destination["DestinationResourceArn"]

    def test_are_made_one_after_the_other(self, stack, level, types):
        """Two deliveries at the same time fail."""
        found = resources(bus_in(stack, log_level=level), "AWS::Logs::Delivery")

        before = [each.get("DependsOn") for each in found.values()]
        assert [None, *([name] for name in found)][: len(types)] == before

    def test_never_hold_what_is_in_the_events(self, stack, level, types):
        """That may be personal."""
        template = bus_in(stack, log_level=level)

        wanted = {"IncludeDetail": "NONE", "Level": level.value}
        assert wanted == the(template, BUS)["LogConfig"]

    def test_have_names_that_aws_takes(self, level, types):
        """Sixty characters, and others in each stack."""
        app = new_app()
        names = set()
        for name in ("One", "Two"):
            stack = cdk.Stack(app, f"{name}{'-of-a-very-long-name' * 4}")
            AppEventBus(Construct(stack, "Part"), "Orders", log_level=level)
        for template in synthesize(app).templates.values():
            for kind in ("DeliverySource", "DeliveryDestination"):
                found = resources(template, f"AWS::Logs::{kind}").values()
                names |= {each["Properties"]["Name"] for each in found}

        assert 2 * (len(types) + 1) == len(names)
        assert 60 >= max(map(len, names))


class TestLogsWithoutKey:
    def test_pass_the_strict_packs(self, app, stack):
        """What they want of log groups is argued, as for functions."""
        topic = sns.Topic.from_topic_arn(stack, "Topic", TOPIC_ARN)
        AppEventBus(stack, "Bus", log_level=events.Level.ERROR, alarm_topic=topic)
        acknowledge_defaults(app, packs=STRICT_NAMES)
        add_packs(app, *ORDINARY, *STRICT)

        assert set() == synthesize(app).findings

    def test_are_let_in_by_one_statement(self, stack):
        """Of the delivery service, from this account, and for this group only."""
        template = bus_in(stack, log_level=events.Level.ERROR)
        (group,) = resources(template, "AWS::Logs::LogGroup")
        written = only(template, "Logs::ResourcePolicy")["PolicyDocument"]
        parts = [
            part if isinstance(part, str) else "".join(map(str, *part.values()))
            for part in written["Fn::Join"][1]
        ]

        (said,) = json.loads("".join(parts))["Statement"]
        source = "arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:delivery-source:*"
        assert {
            "Sid": "DeliverLogsOfTheBus",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{group}Arn",
            "Condition": {
                "ArnLike": {"aws:SourceArn": source},
                "StringEquals": {"aws:SourceAccount": "AWS::AccountId"},
            },
        } == said


class TestWithoutLogs:
    def test_there_is_none_of_it(self, stack):
        """Logs are asked for, since they cost money."""
        bus = AppEventBus(stack, "Bus")
        template = template_of(stack)

        assert bus.log_group is None
        assert "LogConfig" not in the(template, BUS)
        assert {} == resources(template, "AWS::Logs::LogGroup")


class TestAlarms:
    @pytest.mark.parametrize(
        "metric",
        ["FailedInvocations", "ThrottledRules", "InvocationsFailedToBeSentToDlq"],
    )
    def test_sum_up_all_rules(self, stack, metric):
        """EventBridge measures by bus and rule, never by bus alone (EVB-08)."""
        bus = AppEventBus(stack, "Bus", event_bus_name="orders")
        template = template_of(stack)
        (name,) = (name for name in resources(template, ALARM) if metric in name)
        (query,) = the(template, name)["Metrics"]

        said = query["Expression"]["Fn::Join"][1]
        assert 4 == len(bus.alarms)
        assert [_QUERY.format(metric=metric), {"Ref": BUS}, "'"] == said
        assert 300 == query["Period"]
        assert (1, 1) == (
            the(template, name)["Threshold"],
            the(template, name)["EvaluationPeriods"],
        )

    def test_watch_the_dead_letter_queue(self, stack):
        """From the first message on."""
        template = bus_in(stack)
        (name,) = (name for name in resources(template, ALARM) if "Waiting" in name)
        alarm = the(template, name)

        queue = {"Name": "QueueName", "Value": {"Fn::GetAtt": [QUEUE, "QueueName"]}}
        assert [queue] == alarm["Dimensions"]
        assert 1 == alarm["Threshold"]

    def test_tell_the_topic(self, stack):
        """All of them, and there is no warning then."""
        template = bus_in(stack, alarm_topic=sns.Topic(stack, "Topic"))

        told = [
            each["Properties"].get("AlarmActions")
            for each in resources(template, ALARM).values()
        ]
        assert [[{"Ref": "TopicBFC7AF6E"}]] * 4 == told

    def test_tell_the_topic_of_the_baseline(self, stack):
        """The nearest one's."""
        Baseline(alarm_topic=sns.Topic(stack, "Topic")).apply_to(stack)
        template = bus_in(stack)

        alarms = resources(template, ALARM).values()
        assert all("AlarmActions" in each["Properties"] for each in alarms)

    def test_that_tell_nobody_give_a_warning(self):
        """It can be acknowledged."""
        app = new_app(RECOMMENDED)
        AppEventBus(cdk.Stack(app, "Stack"), "Bus")

        assert UNHEARD in synthesize(app).rules

    @pytest.mark.parametrize(
        "options", [{"tier": Tier.DEVELOPMENT}, {"alarms": WAIVED}]
    )
    def test_are_none(self, stack, options):
        """In development, or where they were waived."""
        bus = AppEventBus(stack, "Bus", **options)

        assert [] == bus.alarms
        assert {} == resources(template_of(stack), ALARM)

    def test_waived_in_development_are_no_waiver(self, stack):
        """There are none to give up, and a waiver would stay on record for nothing."""
        template = bus_in(stack, tier=Tier.DEVELOPMENT, alarms=WAIVED)

        record = template["Resources"][BUS]["Metadata"]["SecureConstructs"]
        assert "Waivers" not in record


class TestKey:
    def test_encrypts_all_there_is(self, stack):
        """Bus, archive, queue and logs get it (EVB-07)."""
        options = {"log_level": events.Level.ERROR}
        template = bus_in(stack, encryption_key=AppKey(stack, "Key"), **options)

        key = {"Fn::GetAtt": ["Key961B73FD", "Arn"]}
        assert key == the(template, BUS)["KmsKeyIdentifier"]
        assert key == only(template, "Events::Archive")["KmsKeyIdentifier"]
        assert key == the(template, QUEUE)["KmsMasterKeyId"]
        assert key == only(template, "Logs::LogGroup")["KmsKeyId"]

    def test_is_that_of_the_baseline(self, stack):
        """The nearest one's, where none is given."""
        Baseline(encryption_key=AppKey(stack, "Key")).apply_to(stack)

        assert "KmsKeyIdentifier" in the(bus_in(stack), BUS)

    def test_of_the_user_lets_in_once(self, stack):
        """The statements are for all buses, so two add no more than one."""
        key = kms.Key(stack, "Key")
        AppEventBus(stack, "One", encryption_key=key)
        AppEventBus(stack, "Two", encryption_key=key)

        said = only(template_of(stack), "KMS::Key")["KeyPolicy"]["Statement"]
        assert [
            "EventsOfThisAccount",
            "EventBridgeDescribesForThisAccount",
            "EventBusesOfThisAccount",
            "DeliveredLogsOfThisAccount",
        ] == [each["Sid"] for each in said if "Sid" in each]

    @pytest.mark.parametrize("where", ["here", "elsewhere"])
    def test_of_the_user_makes_no_circle(self, where):
        """CDK's own bus and archive would depend on the key, and it on them."""
        app = new_app(RECOMMENDED)
        stack = cdk.Stack(app, "Stack")
        key = kms.Key(stack if where == "here" else cdk.Stack(app, "Keys"), "Key")
        topic = sns.Topic(stack, "Topic")
        AppEventBus(
            stack,
            "Bus",
            encryption_key=key,
            log_level=events.Level.ERROR,
            alarm_topic=topic,
        )
        add_cdk_validation(app)

        assert set() == synthesize(app).findings

    def test_that_is_imported_gives_a_warning(self):
        """Its policy is out of reach, so it says what that must allow."""
        app = new_app(RECOMMENDED)
        stack = cdk.Stack(app, "Stack")
        key = kms.Key.from_key_arn(stack, "Key", KEY_ARN)
        AppEventBus(stack, "Bus", encryption_key=key)

        rules = synthesize(app).rules
        assert "Annotation::secure-constructs:busKeyPolicy" in rules

    def test_of_the_app_gives_none(self):
        """Its policy says all from the start, whichever stack it is in."""
        app = new_app(RECOMMENDED)
        key = AppKey(cdk.Stack(app, "Keys"), "Key")
        AppEventBus(cdk.Stack(app, "Stack"), "Bus", encryption_key=key)

        assert set() == findings(app)


class TestOverrides:
    """A promise that something breaks from outside is a finding."""

    def found(self, break_it: Any, **options: Any) -> set[tuple[str, str]]:
        """Return the findings after *break_it* was done to a bus."""
        app = new_app(NO_FLAGS)
        env = cdk.Environment(account="111122223333", region="eu-west-1")
        stack = cdk.Stack(app, "Stack", env=env)
        break_it(AppEventBus(stack, "Bus", **options))
        return findings(app)

    def test_archive_without_end(self):
        """What is kept for ever is a liability for ever (EVB-02)."""

        def break_it(bus: Any) -> None:
            l1 = bus.archive.node.default_child
            l1.add_property_override("RetentionDays", 0)

        assert {("EVB-02", "Stack/Bus/Default/Resource")} == self.found(break_it)

    def test_archive_taken_away(self):
        """Nothing can be replayed then (EVB-02)."""

        def break_it(bus: Any) -> None:
            bus.node.try_remove_child("Archive")

        assert {("EVB-02", "Stack/Bus/Default/Resource")} == self.found(break_it)

    def test_discoverer_taken_away(self):
        """Nobody knows what is in the events then (EVB-04)."""

        def break_it(bus: Any) -> None:
            bus.node.try_remove_child("Discoverer")

        assert {("EVB-04", "Stack/Bus/Default/Resource")} == self.found(break_it)

    def test_queue_that_cannot_receive(self):
        """A queue without a policy loses what it is for (EVB-03)."""

        def break_it(bus: Any) -> None:
            policy = bus.dead_letter_queue.node.find_child("Policy")
            policy.node.default_child.add_property_override(
                "PolicyDocument.Statement.1.Condition.ArnLike.aws:SourceArn",
                ["arn:aws:events:eu-west-1:111122223333:event-bus/other"],
            )

        assert ("EVB-03", "Stack/Bus/Default/Resource") in self.found(break_it)

    def test_stranger_let_in(self):
        """An account that nobody asked for (EVB-06)."""

        def break_it(bus: Any) -> None:
            bus.node.try_remove_child("DenyForeignAccounts")
            bus.bus.add_to_resource_policy(
                cdk.aws_iam.PolicyStatement(
                    sid="Stranger",
                    principals=[cdk.aws_iam.AccountPrincipal("777788889999")],
                    actions=["events:PutEvents"],
                    resources=[bus.event_bus_arn],
                )
            )

        assert ("EVB-06", "Stack/Bus/Default/Resource") in self.found(break_it)

    @pytest.mark.parametrize("alarm", ["ThrottledRules", "DeadLettersWaiting"])
    def test_alarm_taken_away(self, alarm):
        """What nobody hears of is lost silently (EVB-08)."""

        def break_it(bus: Any) -> None:
            bus.node.try_remove_child(alarm)

        assert {("EVB-08", "Stack/Bus/Default/Resource")} == self.found(break_it)

    def test_nothing(self):
        """Without any of that there is no finding."""
        assert set() == self.found(lambda _bus: None)
