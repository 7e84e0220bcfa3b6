"""
The parameters in which AWS Powertools publishes the ARNs of its layers.

No layer is behind them: functions import Powertools from the emulator's environment.
"""

from __future__ import annotations

import re

from typing import Any

from ministack.core.responses import get_region
from ministack.services import ssm

_NAME = r"/aws/service/powertools/python/(arm64|x86_64)/python(3\.\d+)/latest"
_find = ssm._public_parameter


def _public(name: str) -> dict[str, Any] | None:
    """Return the public parameter *name*, or None."""
    if not (found := re.fullmatch(_NAME, name)):
        return _find(name)  # type: ignore[no-any-return]
    architecture, python = found[1], found[2].replace(".", "")
    layer = f"AWSLambdaPowertoolsPythonV3-python{python}-{architecture}"
    return {
        "Name": name,
        "Type": "String",
        "Value": f"arn:aws:lambda:{get_region()}:017000801446:layer:{layer}:1",
        "Version": 1,
        "LastModifiedDate": 0,
        "ARN": f"arn:aws:ssm:{get_region()}::parameter{name}",
    }


def fill() -> None:
    """Let everybody read what AWS publishes."""
    ssm._public_parameter = _public
