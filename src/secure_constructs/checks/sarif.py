"""What a check came to, as JSON: of our own, and as SARIF for other tools."""

from __future__ import annotations

import importlib.metadata

from pathlib import Path
from typing import Any
from urllib.parse import quote

from secure_constructs.checks.checked import Checked
from secure_constructs.checks.findings import Finding
from secure_constructs.checks.lines import line_of
from secure_constructs.checks.rule import Rule

_TOOL = "secure-constructs"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(checked: Checked) -> dict[str, Any]:
    """Return what *checked* holds, as the pages of the documentation describe it."""
    return {
        "version": importlib.metadata.version(_TOOL),
        "templates": checked.templates,
        "resources": checked.resources,
        "findings": [_described(each) for each in (*checked.open, *checked.waived)],
        "unjudged": list(map(str, checked.unjudged)),
        "unread": list(map(str, checked.unread)),
    }


def as_sarif(checked: Checked) -> dict[str, Any]:
    """Return what *checked* holds in the format that code scanning takes."""
    problems = [*checked.unread, *checked.unjudged]
    order = {rule.id: index for index, rule in enumerate(checked.rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": _TOOL,
                        "version": importlib.metadata.version(_TOOL),
                        "rules": list(map(_sarif_rule, checked.rules)),
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not problems,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": str(each)}}
                            for each in problems
                        ],
                    }
                ],
                "results": [
                    _result(each, order[each.rule.id])
                    for each in (*checked.open, *checked.waived)
                ],
            }
        ],
    }


def _described(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "title": rule.title,
        "stack": finding.source,
        "file": finding.file.as_posix(),
        "line": line_of(finding.file, finding.resource.logical_id),
        "logicalId": finding.resource.logical_id,
        "type": finding.resource.type,
        "constructPath": finding.path,
        "breaches": [
            {"location": each.location, "problem": each.problem}
            for each in finding.breaches
        ],
        "waived": finding.waived,
        "fix": rule.fix,
    }


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": list(rule.controls)},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    name = finding.resource.logical_id
    waived = {"kind": "inSource", "justification": finding.waived}
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.rule.severity,
        "message": {"text": f"{finding.rule.title} At {name} {finding.problem}."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.file)},
                    "region": {"startLine": line_of(finding.file, name)},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": finding.place, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"ruleAndResource/v1": f"{finding.rule.id}/{name}"},
        "suppressions": [] if finding.waived is None else [waived],
    }


def _uri(file: Path) -> str:
    """Return the URI of *file*, relative as the path is."""
    return file.as_uri() if file.is_absolute() else quote(file.as_posix())
