"""Each rule, over the example app: content until an edit breaks its promise."""

from __future__ import annotations

import functools

from collections.abc import Mapping

import pytest

from secure_constructs.checks import RULES
from tests.support.broken import BROKEN
from tests.support.example_app import example
from tests.support.judging import Deployed, Finding, deployed_from
from tests.support.synth import synthesize


@functools.cache
def unbroken(tier: str) -> Mapping[str, Deployed]:
    """Return what is deployed of the example app, synthesized once."""
    return deployed_from(synthesize(example(tier)).directory)


def findings(app: Mapping[str, Deployed]) -> list[Finding]:
    """Return all that the rules find in *app*."""
    return [each for stack in app.values() for each in stack.findings()]


def test_no_rule_is_left_out():
    """Each rule has an edit that breaks it, and each edit has a rule."""
    assert sorted(rule.id for rule in RULES) == sorted(BROKEN)


@pytest.mark.parametrize("tier", ["production", "development"])
def test_unbroken_app_has_no_finding(tier):
    """No rule finds anything but what is waived."""
    assert [] == findings(unbroken(tier))


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_promise_is_the_one_finding(rule):
    """What breaks one promise is found by its rule, at one place, and by no other."""
    broken = BROKEN[rule]
    found = findings(broken.of(unbroken("production")))

    assert [(rule, broken.at, (broken.problem,))] == found
