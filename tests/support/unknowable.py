"""Values that only the deployment decides, as templates write them."""

from __future__ import annotations

import pytest

INTRINSICS = {
    "if": {"Fn::If": ["Production", "a", "b"]},
    "import": {"Fn::ImportValue": "Shared"},
    "parameter": {"Ref": "Parameter"},
}
unknowable = pytest.mark.parametrize("unknown", INTRINSICS.values(), ids=INTRINSICS)
