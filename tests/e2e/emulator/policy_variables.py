"""
Variables in the conditions of policies, such as `${aws:PrincipalTag/TenantId}`.

ministack compares them as they are written. Variables in resources stay that way.
"""

from __future__ import annotations

import re

from typing import Any

from ministack.core import iam_evaluator

_conditions_met = iam_evaluator._conditions_met


def _met(conditions: dict[str, Any], context: Any) -> bool:
    """Return whether all *conditions* hold, with the values of their variables."""
    expanded = {
        operator: {key: _expanded(values, context) for key, values in block.items()}
        for operator, block in (conditions or {}).items()
    }
    return bool(_conditions_met(expanded, context))


def _expanded(values: Any, context: Any) -> list[str]:
    """Return *values* without those of unknown variables, which match nothing."""
    found = [
        _expand(str(value), context)
        for value in (values if isinstance(values, list) else [values])
    ]
    return [value for value in found if value is not None]


def _expand(value: str, context: Any) -> str | None:
    names = re.findall(r"\$\{([^}]+)\}", value)
    for name in names:
        known = iam_evaluator._resolve_condition_key(name, context)
        if known is None:
            return None
        value = value.replace("${" + name + "}", str(known))
    return value


def fill() -> None:
    """Let conditions have variables."""
    iam_evaluator._conditions_met = _met
