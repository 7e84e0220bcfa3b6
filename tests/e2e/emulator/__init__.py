"""
What ministack lacks that the example needs, a module for each.

These modules run inside the emulator, in its environment, and reach into its private
parts. `tests/e2e/test_emulator.py` says of each whether ministack has it by now; the
module can go then. What only looks as on AWS is said where it is made.
"""

from __future__ import annotations

from importlib import import_module

GAPS = {
    name: import_module(f".{name}", __name__)
    for name in (
        "alarm_queries",
        "async_calls",
        "bucket_properties",
        "condition_keys",
        "emptied_buckets",
        "event_types",
        "function_roles",
        "identity_providers",
        "managed_keys",
        "policy_variables",
        "public_parameters",
        "rule_delivery",
        "schedule_delivery",
        "schedule_zones",
        "stub_types",
        "table_properties",
        "table_updates",
        "token_claims",
    )
}
