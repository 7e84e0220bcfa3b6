"""What of a template only the deployment makes, so that no rule can see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_constructs.checks.template import FUNCTION, Template, listed

_OF_AWS = "AWS::"
_SAM = "AWS::Serverless::"


def unseen_of(template: Template) -> Iterator[tuple[str, str]]:
    """Yield what of *template* cannot be seen, and why."""
    for macro in macros_of(template):
        yield "the template", f"the macro {macro} may change everything"
    for name, body in (template.body.get("Resources") or {}).items():
        if name.startswith(FUNCTION):
            yield name, "only the deployment makes resources of it"
        elif not isinstance(body, Mapping) or "Type" not in body:
            yield name, "it is no resource with a type"
        elif str(body["Type"]).startswith(_SAM):
            yield name, f"AWS SAM decides what becomes of an {body['Type']}"


def macros_of(template: Template) -> list[str]:
    """Return the macros, other than AWS's own, that may change all of *template*."""
    names = [
        str(each.get("Name") if isinstance(each, Mapping) else each)
        for each in listed(template.body.get("Transform"))
    ]
    return [name for name in names if not name.startswith(_OF_AWS)]
