"""What of a template only the deployment makes, so that no rule can see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from secure_constructs.checks.template import FUNCTION, Template, listed

_OF_AWS = "AWS::"
_SAM = "AWS::Serverless::"


def unseen_of(template: Template) -> Iterator[tuple[str, str | None]]:
    """Yield why something in *template* cannot be seen, and its name if it has one."""
    for macro in macros_of(template):
        yield f"the macro {macro} may change everything", None
    for name, body in (template.body.get("Resources") or {}).items():
        if name.startswith(FUNCTION):
            yield "only the deployment makes resources of it", name
        elif not isinstance(body, Mapping) or "Type" not in body:
            yield "it is no resource with a type", name
        elif str(body["Type"]).startswith(_SAM):
            yield f"AWS SAM decides what becomes of {body['Type']}", name


def macros_of(template: Template) -> list[str]:
    """Return the macros, other than AWS's own, that may change all of *template*."""
    names = [
        str(each.get("Name") if isinstance(each, Mapping) else each)
        for each in listed(template.body.get("Transform"))
    ]
    return [name for name in names if not name.startswith(_OF_AWS)]
