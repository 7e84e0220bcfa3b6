"""The checklist in words: every promise by its id, also those without a rule."""

from __future__ import annotations

from collections.abc import Mapping

# What each family of promises is about.
FAMILIES: Mapping[str, str] = {
    "S3": "Buckets",
    "DDB": "Tables",
    "LAM": "Functions",
    "EVB": "Events",
    "IAM": "Roles for GitHub",
    "KEY": "Keys",
    "CDK": "Apps",
}
# The promises that no rule says in a sentence.
WITHOUT_RULE: Mapping[str, str] = {
    "S3-11": "Presigned URLs work for a short time only, if that is asked for.",
    "S3-12": "Large files are uploaded in parts, and by presigned URLs.",
    "DDB-01": "One table with `PK` and `SK` for all items, and indexes when asked for.",
    "DDB-05": "The capacity is chosen on purpose, on demand unless said otherwise.",
    "DDB-09": "Changes can be followed by a stream, if asked for.",
    "DDB-11": "Items that belong together are written together, or not at all.",
    "DDB-12": "A table that is seldom read can be of the cheaper class.",
    "LAM-04": "Powertools has its settings, and its layer when asked for.",
    "LAM-07": "A function that calls itself is stopped; its number can be limited.",
    "LAM-09": "The role is the function's own and reaches only what the function has.",
    "LAM-11": "From queues and streams only what failed comes again, and is then kept.",
    "LAM-12": "Instances start fast, or are ready, where that is asked for.",
    "LAM-13": "A missing variable stops the function at its start.",
    "LAM-14": "There is a dashboard, if asked for.",
    "EVB-05": "Producers put events of named sources only.",
    "EVB-07": "A key of yours encrypts whatever keeps events.",
    "EVB-09": "A pattern that matches nothing, or everything by accident, is refused.",
    "EVB-10": "Calls by the clock are tried again, and kept when they fail.",
    "IAM-03": "An account has one provider for GitHub, made once or named.",
    "IAM-04": "Deployments use CDK's bootstrap roles and nothing else.",
    "IAM-06": "Sessions are short, and a permissions boundary can limit them.",
    "CDK-03": "What must not change by accident is asserted in tests.",
    "CDK-04": "The tier decides how long things are kept, not how well.",
    "CDK-05": "No secret stands in a template in plain text.",
    "CDK-08": "The app's permissions boundary holds for every role.",
}
# Who keeps what no construct of its own keeps, by what does.
ELSEWHERE: Mapping[str, str] = {
    "S3-12": "your code, as the [example's](../examples/handlers/orders/documents.py)",
    "DDB-11": "your code, as the [example's](../examples/handlers/orders/store.py)",
    "LAM-13": "your code, as the [example's](../examples/handlers/orders/settings.py)",
    "CDK-01": "[StandardTags](howto/tags-and-tiers.md#tags)",
    "CDK-02": "each construct that stores data, by its [tier](howto/tags-and-tiers.md)",
    "CDK-03": "your tests, by the [plugin for pytest](howto/test-your-app.md)",
    "CDK-04": "[Tier](howto/tags-and-tiers.md)",
    "CDK-05": "as LAM-10",
    "CDK-06": "[Waived](howto/waive.md)",
    "CDK-07": "you, by [`termination_protection`](howto/tags-and-tiers.md)",
    "CDK-08": "every construct that makes a role, with CDK's own boundaries",
}
