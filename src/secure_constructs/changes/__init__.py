"""
What a change of a template does to a live stack.

`compare` sorts every change between two templates, and `needs_attention` returns those
that may cost data and that nobody accepted. The resource schemas come from cfn-lint,
which the extras `testing` and `cli` bring.
"""

from secure_constructs.changes.allowances import needs_attention
from secure_constructs.changes.change import Change, Effect
from secure_constructs.changes.compare import compare
from secure_constructs.changes.text import written

__all__ = ["Change", "Effect", "compare", "needs_attention", "written"]
