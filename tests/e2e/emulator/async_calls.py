"""
Functions called by a rule: tried again when they fail, and their failures kept.

ministack does so when a client calls without waiting, and for a rule it does not.
"""

from __future__ import annotations

import json

from ministack.services import eventbridge, lambda_svc


def _call(arn: str, payload: str) -> None:
    """Call the function *arn*, again if it fails, and let it tell of its failure."""
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if function and config:
        lambda_svc.invoke_async_with_retry(function, json.loads(payload))


def fill() -> None:
    """Let rules call functions as everybody else does."""
    eventbridge._dispatch_to_lambda = _call
