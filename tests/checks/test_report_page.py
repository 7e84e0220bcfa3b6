"""Tests for `secure_constructs.checks.report.page`."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secure_constructs.checks import RULES
from secure_constructs.checks.findings import Finding, Unjudged, judge
from secure_constructs.checks.report.page import Report, rendered
from secure_constructs.checks.rule import Breach, Rule, rule
from secure_constructs.checks.template import Resource
from tests.support.pages import Page
from tests.support.reports import AStack, a_stack, resource

REASON = "rebuilt every night from the <lake> & back"
QUEUE = resource("SQS::Queue")
WAIVED = resource(
    "S3::Bucket",
    {
        "Construct": "SecureBucket",
        "Tier": "production",
        "Waivers": {"S3-04": {"Reason": REASON, "Until": "2099-12-31"}},
    },
)


@rule("S3-04", "AWS::S3::Bucket", why="Else it is gone.", fix="Turn it on.")
def versioned(bucket: Resource) -> Iterator[Breach]:
    """Versions are kept."""
    if not bucket.read("Versions"):
        yield Breach("Properties.Versions.Status", "versions are off")


@rule(
    "SQS-01",
    "AWS::SQS::Queue",
    why="Else it is read.",
    fix="Encrypt it.",
    controls=("CIS 1.1", "NIST SC-28"),
    severity="warning",
)
def encrypted(queue: Resource) -> Iterator[Breach]:
    """Messages are encrypted."""
    if not queue.read("KmsMasterKeyId"):
        yield Breach("Properties", "nothing encrypts it")


def page(
    *stacks: AStack,
    rules: tuple[Rule, ...] = (versioned, encrypted),
    more: tuple[Finding | Unjudged, ...] = (),
    **other: Any,
) -> str:
    """Return the report about *stacks*, as HTML."""
    for stack in stacks:
        for file, template in stack.contents:
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(template.body))
    found = [each for stack in stacks for each in judge(stack, rules)]
    known = {"title": "shop", "made": dt.date(2026, 5, 1), "version": "1.2.3", **other}
    return rendered(Report(sources=stacks, rules=rules, found=[*found, *more], **known))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the templates of a test are."""
    return tmp_path / "cdk.out"


@pytest.fixture
def shop(folder: Path) -> AStack:
    """A stack with a waiver, a finding and connections."""
    variables = {"QUEUE": {"Ref": "Queue"}}
    alarm = resource("CloudWatch::Alarm", AlarmActions=[{"Ref": "OnCall"}])
    return a_stack(
        {
            "Files": WAIVED,
            "Queue": QUEUE,
            "Fn": resource("Lambda::Function", Environment=variables),
            "Alarm": alarm,
            "OnCall": resource("SNS::Topic"),
        },
        folder=folder,
    )


class TestPage:
    def test_says_what_it_is_about(self, shop):
        """Its title, what was checked, by which rules, and when."""
        text = Page(page(shop)).text()

        assert "Checklist report shop 1 stack, 5 resources, 2 rules of" in text
        assert "of secure-constructs 1.2.3, made on 2026-05-01" in text

    def test_needs_nothing_else(self, shop):
        """No address leads out, and no file is loaded."""
        known = Page(page(shop)).attributes

        assert [] == [(name, value) for name, value in known if name == "src"]
        assert {"#"} == {value[:1] for name, value in known if name == "href"}

    def test_forbids_to_load_anything(self, shop):
        """A browser refuses what is not in the page, by the page's own policy."""
        html = page(shop)
        policy = dict(Page(html).attributes)["content"]
        (policy,) = re.findall('Content-Security-Policy" content="([^"]+)"', html)
        inline = re.findall(r"<(style|script)>(.*?)</\1>", html, re.DOTALL)
        hashes = [
            base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for _, text in inline
        ]

        assert (
            f"default-src 'none'; style-src &#39;sha256-{hashes[0]}&#39;; "
            f"script-src &#39;sha256-{hashes[1]}&#39;"
        ) == policy

    def test_has_each_id_once(self, shop):
        """A link leads to one place."""
        ids = Page(page(shop)).ids

        assert sorted(set(ids)) == sorted(ids)

    def test_has_what_its_links_lead_to(self, shop):
        """None leads nowhere."""
        read = Page(page(shop, rules=RULES))

        assert set() == {each[1:] for each in read.links} - set(read.ids)

    def test_shows_texts_as_they_are(self, shop):
        """What a template says is no HTML."""
        html = page(shop)

        assert "&lt;lake&gt; &amp; back" in html
        assert "<lake>" not in html

    def test_is_the_same_each_time(self, shop):
        """The same templates make the same report."""
        assert page(shop) == page(shop)

    def test_of_nothing_is_a_page(self):
        """An app may have no stack."""
        assert "0 stacks, 0 resources" in Page(page()).text()


class TestSummary:
    def test_counts(self, shop):
        """Each state, and what it costs."""
        text = Page(page(shop)).text("content")

        assert text.startswith(
            "✗1 broken, 1 of them a warning !1 waived ✓0 kept $0.10 a month, fixed"
        )

    def test_says_how_many_are_warnings(self, folder):
        """Some are errors, and are not called warnings."""
        resources = {"A": QUEUE, "B": QUEUE, "C": resource("S3::Bucket")}
        text = Page(page(a_stack(resources, folder=folder))).text("content")

        assert text.startswith("✗3 broken, 2 of them warnings")

    def test_says_nothing_of_warnings_where_there_are_none(self, folder):
        """All are errors."""
        stack = a_stack({"C": resource("S3::Bucket")}, folder=folder)

        assert Page(page(stack)).text("content").startswith("✗1 broken !0 waived")

    def test_counts_what_is_not_judged(self, shop):
        """Only where there is such a thing."""
        unjudged = Unjudged(shop.contents[0][0], "it is unseen", "Queue", encrypted)
        good = a_stack(
            {"Fn": resource("Lambda::Function")}, folder=shop.contents[0][0].parent
        )

        assert "not judged" not in Page(page(good)).text("content")[:120]
        assert "kept" in Page(page(shop, more=(unjudged,))).text("content")

    def test_compares_stacks(self, shop, folder):
        """Where there are several, each has a row."""
        other = a_stack({"Key": resource("KMS::Key")}, name="Base", folder=folder)
        text = Page(page(shop, other)).text("content")

        assert "Stacks in short" in text
        assert "Shop 5 1 1 $0.10 Base 1 0 0 $1.00" in text

    def test_does_not_compare_one_stack(self, shop):
        """There is nothing to compare it with."""
        assert "Stacks in short" not in Page(page(shop)).text()


class TestBroken:
    def test_says_what_is_wrong_and_what_to_do(self, shop):
        """For each rule, with the resource and the property."""
        text = Page(page(shop)).text("broken")

        assert (
            "SQS-01 Messages are encrypted. Warning, 1 resource Encrypt it. "
            "Nothing encrypts it. Properties Queue SQS Queue Queue in Shop"
        ) in text

    def test_names_a_property_without_what_all_have_in_front(self, folder):
        """`Properties.` says nothing."""
        stack = a_stack({"C": resource("S3::Bucket")}, folder=folder)

        assert "Versions are off. Versions.Status" in Page(page(stack)).text("broken")

    def test_has_errors_first(self, folder):
        """Whatever the order of the rules is."""
        resources = {"A": QUEUE, "C": resource("S3::Bucket")}
        stack = a_stack(resources, folder=folder)
        text = Page(page(stack, rules=(encrypted, versioned))).text("broken")

        assert text.index("S3-04") < text.index("SQS-01")

    def test_says_the_same_once(self, folder):
        """Resources with the same problem stand beside each other."""
        resources = dict.fromkeys("ABC", QUEUE)
        text = Page(page(a_stack(resources, folder=folder))).text("broken")

        assert 1 == text.count("Nothing encrypts it.")
        assert "Warning, 3 resources" in text

    def test_says_that_nothing_is(self, folder):
        """A short word that a reader looks for."""
        stack = a_stack({"Fn": resource("Lambda::Function")}, folder=folder)

        assert "Broken No rule is broken." == Page(page(stack)).text("broken")

    def test_never_says_so_of_what_is_not_judged(self, folder):
        """Nobody knows whether a rule is broken there."""
        stack = a_stack({"Fn": resource("Lambda::Function")}, folder=folder)
        unjudged = Unjudged(stack.contents[0][0], "it is unseen")
        text = Page(page(stack, more=(unjudged,))).text("broken")

        assert "as far as the rules can judge" in text


class TestUnjudged:
    def test_says_what_and_why(self, shop):
        """With the file."""
        unjudged = Unjudged(shop.contents[0][0], "it is unseen", "Queue", encrypted)
        text = Page(page(shop, more=(unjudged,))).text("unjudged")

        assert "Shop.template.json Queue by SQS-01 it is unseen" in text

    def test_is_left_out_where_there_is_nothing(self, shop):
        """Neither the section nor the way to it."""
        read = Page(page(shop))

        assert "unjudged" not in read.ids
        assert "#unjudged" not in read.links


class TestWaivers:
    def test_have_a_place_a_reason_and_an_end(self, shop):
        """As they are recorded."""
        assert (f"S3-04 Files S3 Bucket Files in Shop {REASON} 2099-12-31") in Page(
            page(shop)
        ).text("waivers")

    def test_may_have_no_end_and_no_reason(self, folder):
        """That is said, too."""
        record: Any = {"Waivers": {"LAM-07": {}}}
        stack = a_stack({"Fn": resource("Lambda::Function", record)}, folder=folder)
        text = Page(page(stack)).text("waivers")

        assert (
            "LAM-07 Fn Lambda Function Fn in Shop No reason was given. no end" in text
        )

    def test_say_where_they_are_acknowledged(self, folder):
        """The template does not know of these."""
        stack = a_stack({"Queue": QUEUE}, folder=folder)
        acknowledged = {"Shop/Queue": {"SecureConstructs::SQS-01": "it is public"}}
        known = AStack("Shop", stack.contents, stack.paths, acknowledged)

        assert "it is public (acknowledged in the app, not in the template)" in Page(
            page(known)
        ).text("waivers")

    def test_may_be_none(self, folder):
        """That is good to know."""
        stack = a_stack({"Queue": QUEUE}, folder=folder)

        assert "Waivers Nothing is waived." == Page(page(stack)).text("waivers")


class TestStacks:
    def test_say_what_they_are(self, folder):
        """Their size, tier, account and protection, and what they cost."""
        stack = a_stack(
            {"Files": WAIVED}, folder=folder, account="111122223333", protected=False
        )

        assert (
            "1 resource in 1 construct; production; account 111122223333; "
            "without termination protection; $0.00 a month"
        ) in Page(page(stack)).text("stacks")

    def test_say_what_is_not_known(self, shop):
        """An account may be decided by the deployment."""
        text = Page(page(shop)).text("stacks")

        assert "production; account not known; $0.10 a month" in text

    def test_have_a_row_for_each_construct(self, shop):
        """What it is, what it consists of and what came of the rules."""
        text = Page(page(shop)).text("stacks")

        assert "Files SecureBucket S3 Bucket ! 1 waived" in text
        assert "OnCall SNS Topic SNS Topic no rule" in text

    def test_say_what_leads_where(self, shop):
        """In words, for those who do not see the drawing."""
        text = Page(page(shop)).text("stacks")

        assert "→ Queue: Function: Environment" in text
        assert "alarms: OnCall" in text

    def test_say_which_stack_something_is_in(self, folder):
        """If it is another."""
        output = {"Value": {"Ref": "Queue"}, "Export": {"Name": "Base:Queue"}}
        base = a_stack(
            {"Queue": QUEUE}, name="Base", outputs={"O": output}, folder=folder
        )
        variables = {"Fn::ImportValue": "Base:Queue"}
        fn = resource("Lambda::Function", Environment=variables)
        text = Page(page(a_stack({"Fn": fn}, folder=folder), base)).text("stacks")

        assert "→ Base: Queue: Function: Environment" in text

    def test_may_be_empty(self, folder):
        """Then there is nothing to draw."""
        html = page(a_stack({"M": resource("CDK::Metadata")}, folder=folder))

        assert "<svg" not in html

    def test_are_drawn(self, shop):
        """Each construct is a link that says what a reader sees in its colour."""
        labels = [
            value for name, value in Page(page(shop)).attributes if name == "aria-label"
        ]

        assert "Files, SecureBucket: 1 waived" in labels
        assert "Queue, SQS Queue: 1 broken" in labels
        assert "OnCall, SNS Topic: no rule" in labels

    def test_have_lines_with_both_ends(self, shop):
        """The script finds by these what a box is connected with."""
        known = Page(page(shop)).attributes
        names = dict(known)

        assert {"construct-3"} == {
            value for name, value in known if name == "data-from"
        }
        assert {"construct-2"} == {value for name, value in known if name == "data-to"}
        assert names["data-from"] in Page(page(shop)).ids

    def test_have_curves_from_box_to_box(self, folder):
        """They leave and reach boxes by level, and turn half-way."""
        fn = resource("Lambda::Function", Environment={"Ref": "Queue"})
        html = page(a_stack({"Fn": fn, "Queue": QUEUE}, folder=folder))

        assert 'd="M216 44C244 44 244 44 272 44"' in html

    def test_have_short_names_in_boxes(self, folder):
        """A long name ends in its box, where its end says most."""
        stack = a_stack({"A" * 20 + "VeryLongName": QUEUE}, folder=folder)

        assert ">…AAAAAAAAAVeryLongName</text>" in page(stack)


class TestMatrix:
    def test_has_a_row_for_each_resource(self, shop):
        """And a column for each rule."""
        text = Page(page(shop)).text("matrix")

        assert "S3 Resource S3-04 Shop Files S3 Bucket !waived Kept of all 0/1" in text
        assert "SQS Resource SQS-01 Shop Queue SQS Queue ✗broken" in text

    def test_leads_to_findings_and_waivers(self, shop):
        """A cell that is not kept says more elsewhere."""
        links = Page(page(shop)).links

        assert {"#finding-1", "#waiver-1"} <= set(links)

    def test_shows_where_a_rule_does_not_apply(self, folder):
        """A dot for the eye, words for the ear."""
        fifo = rule("SQS-02", "AWS::SNS::Topic", why="Why.", fix="Fix.")(
            lambda _: iter(())
        )
        stack = a_stack({"Queue": QUEUE}, folder=folder)

        assert "✗broken ·not applicable" in Page(
            page(stack, rules=(encrypted, fifo))
        ).text("matrix")

    def test_marks_what_is_kept_throughout(self, folder):
        """So that it can be hidden."""
        good = resource("SQS::Queue", KmsMasterKeyId="key")
        stack = a_stack({"Bad": QUEUE, "Good": good}, folder=folder)

        assert 1 == page(stack).count('<tr class="kept-row">')

    def test_names_the_service_where_ids_do_not(self, folder):
        """`LAM` is no name that everybody knows."""
        timed = rule("LAM-01", "AWS::Lambda::Function", why="Why.", fix="Fix.")(
            lambda _: iter(())
        )
        stack = a_stack({"Fn": resource("Lambda::Function")}, folder=folder)

        assert "LAM · Lambda" in Page(page(stack, rules=(timed,))).text("matrix")


class TestCost:
    def test_is_counted(self, folder):
        """By stack and thing, with a sum."""
        stack = a_stack(
            {"A": resource("KMS::Key"), "B": resource("KMS::Key")}, folder=folder
        )
        text = Page(page(stack)).text("cost")

        assert "Shop key of your own 2 $1.00 $2.00 Sum $2.00" in text

    def test_may_be_nothing(self, folder):
        """Then it says so, and still what is not counted."""
        text = Page(page(a_stack({"Queue": QUEUE}, folder=folder))).text("cost")

        assert "Nothing with a fixed price." in text
        assert "Not counted: what is paid by use" in text


class TestRules:
    def test_say_why_and_what_to_do(self, shop):
        """Without another page."""
        assert (
            "SQS-01 Messages are encrypted. Else it is read. Instead: Encrypt it. "
            "Warning; asked for by CIS 1.1, NIST SC-28."
        ) == Page(page(shop)).text("rule-SQS-01")

    def test_may_be_asked_for_by_nobody(self, shop):
        """Some rules are only ours."""
        assert Page(page(shop)).text("rule-S3-04").endswith("Turn it on. Error.")

    def test_lead_into_the_documentation(self, shop):
        """Where that is known."""
        read = Page(page(shop, docs="https://docs.example"))

        assert "https://docs.example/rules.md#s3-04" in read.links


class TestFiles:
    def test_have_a_fingerprint(self, shop):
        """It tells whether what was deployed is what was checked."""
        content = shop.contents[0][0]
        text = Page(page(shop)).text("read")

        assert hashlib.sha256(content.read_bytes()).hexdigest() in text

    def test_say_where_they_are_nested(self, folder):
        """A nested template is of a stack in a stack."""
        paths = {
            "In": "Shop/In.NestedStack/In.NestedStackResource",
            "Data": "Shop/In/Data/Resource",
        }
        stack = a_stack(
            {"In": resource("CloudFormation::Stack")},
            paths=paths,
            nested=[{"Resources": {"Data": QUEUE}}],
            folder=folder,
        )

        assert "Shop1.template.json Shop, nested as Shop/In" in Page(page(stack)).text(
            "read"
        )


class TestLabels:
    def test_may_be_broken_at_steps_and_humps(self, folder):
        """A long name has no space to break it at, and columns are narrow."""
        paths = {"Queue": "Shop/Api2/AccessLogs.v1/Resource"}
        stack = a_stack({"Queue": QUEUE}, paths=paths, folder=folder)

        assert "Api2/<wbr>Access<wbr>Logs.<wbr>v1</a>" in page(stack)

    @pytest.mark.parametrize(
        ("name", "path", "label"),
        [
            ("Shop", "Shop/Files/Default/Policy/Resource", "Files/Policy"),
            ("Prod/Shop", "Prod/Shop/Files/Resource", "Files"),
            ("Shop (shop-prod)", "Shop/Files/Resource", "Files"),
            ("Shop", "Files", "Files"),
            ("Shop", "Shop/Default/Resource", "Default"),
        ],
    )
    def test_are_as_short_as_can_be(self, folder, name, path, label):
        """Neither the stack nor what CDK adds is said again."""
        stack = a_stack({"Queue": QUEUE}, paths={"Queue": path}, folder=folder)
        named = AStack(name, stack.contents, stack.paths)

        assert f"{name} {label} SQS Queue ✗broken" in Page(page(named)).text("matrix")
