"""The one test app: several stacks, two stages, a nested stack, a foreign key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import aws_cdk as cdk

from constructs import Construct

from secure_constructs import AppKey, StandardTags
from tests.support.synth import NO_FLAGS, new_app

Build = Callable[[Construct, str, AppKey], object]


def everywhere(
    build: Build,
    *,
    flags: Mapping[str, Any] = NO_FLAGS,
    env: cdk.Environment | None = None,
    **options: Any,
) -> cdk.App:
    """
    Return an app that has what *build* makes wherever an app can have it.

    Two stages of three stacks each: one with the key, one that is plain, and
    one with a nested stack and a construct of the user's own.
    """
    app = new_app(flags, **options)
    for name in ("Test", "Prod"):
        stage = cdk.Stage(app, name, env=env)
        StandardTags(env=name, team="orders", service="shop").apply_to(stage)
        key = AppKey(cdk.Stack(stage, "Shared"), "Key")
        plain = cdk.Stack(stage, "Plain")
        build(plain, "One", key)
        build(plain, "Two", key)
        outer = cdk.Stack(stage, "Outer")
        build(cdk.NestedStack(outer, "Nested"), "One", key)
        build(Construct(outer, "Part"), "One", key)
    return app
