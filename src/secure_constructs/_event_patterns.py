"""Event patterns: which events a route takes, checked before AWS sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from secure_constructs._event_matchers import (
    check_values,
    is_matcher,
    is_open,
    let_all_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secure_constructs._inputs import Inputs
    from secure_constructs.waiver import Waived

Values: TypeAlias = "Sequence[str | Mapping[str, Any]]"
Pattern: TypeAlias = "dict[str, Any]"

EVERYTHING: Pattern = {"source": [{"prefix": ""}]}
# The fields that every event has, and one that those of a replay have.
_FIELDS = (
    "source",
    "detail-type",
    "detail",
    "resources",
    "account",
    "region",
    "id",
    "time",
    "version",
    "replay-name",
)
# What says nothing of an event but where and when it happened.
_SAYS_NOTHING = ("account", "region", "id", "time", "version", "replay-name")
_OR = "$or"
_FEWEST = 2
_NO_FIELDS = (
    "names no event; pass sources=, detail_types=, detail= or resources=, or say why "
    'it takes every event: everything=Waived("the reason")'
)


def pattern_of(
    inputs: Inputs,
    *,
    sources: Values | None,
    detail_types: Values | None,
    detail: Mapping[str, Any] | None,
    resources: Values | None,
    pattern: Mapping[str, Any] | None,
    everything: Waived | None,
    on_default_bus: bool,
) -> Pattern:
    """
    Return the event pattern, as EventBridge's JSON.

    Raises:
        ValueError: It matches nothing, everything, or only what never gets to the
            bus; it has a field that no event has, or a matcher that there is not.
        TypeError: A value is of a kind that EventBridge does not compare.
    """
    options = {
        "sources": ("source", sources),
        "detail_types": ("detail-type", detail_types),
        "detail": ("detail", detail),
        "resources": ("resources", resources),
    }
    given = {name: each for name, each in options.items() if each[1] is not None}
    inputs.waived("everything", everything, "the choice of events (EVB-09)")
    if pattern is not None and given:
        problem = f"does not go with pattern=; write it there as {_first(given)!r}"
        raise inputs.wrong(next(iter(given)), "given", problem)
    if pattern is not None:
        _check_fields(inputs, pattern, "pattern")
        found = dict(pattern)
    else:
        for name, (field, value) in given.items():
            _check_field(inputs, name, field, value)
        found = dict(given.values())
    _check_width(inputs, found, everything)
    if not on_default_bus:
        _check_sources(inputs, found, "pattern" if pattern else "sources")
    return _plain(found) if found else EVERYTHING


def _plain(part: Any) -> Any:  # noqa: ANN401 - any part of a pattern
    """Return *part* with dicts and lists for what CDK does not take for them."""
    if hasattr(part, "items"):
        return {name: _plain(each) for name, each in part.items()}
    if isinstance(part, (list, tuple)):
        return [_plain(each) for each in part]
    return part


def _first(given: Mapping[str, tuple[str, object]]) -> str:
    return next(iter(given.values()))[0]


def _check_fields(inputs: Inputs, fields: Any, option: str) -> None:  # noqa: ANN401 - what a user may write
    """Raise if *fields* is no pattern, or has a field that no event has."""
    if not hasattr(fields, "items"):
        problem = 'is no event pattern; write for example {"source": ["shop"]}'
        raise inputs.wrong_kind(option, fields, problem)
    if not fields:
        raise inputs.wrong(option, fields, _NO_FIELDS)
    for field, value in fields.items():
        if field == _OR:
            _check_or(inputs, f"{option}.{_OR}", value, _check_fields)
        elif field in _FIELDS:
            _check_field(inputs, f"{option}.{field}", field, value)
        else:
            raise inputs.wrong(f"{option}.{field}", value, _unknown(field))


def _unknown(field: object) -> str:
    """Return what is wrong with a *field* that no event has."""
    spelled = {each.replace("-", ""): each for each in _FIELDS}
    meant = spelled.get(str(field).lower().replace("_", "").replace("-", ""))
    if meant:
        return f"is no field of an event, so the route takes none; write {meant!r}"
    return (
        "is no field of an event, so the route takes none; what the producer sends "
        "belongs below 'detail', and beside that there are only "
        f"{', '.join(_FIELDS)}"
    )


def _check_field(inputs: Inputs, option: str, field: str, value: object) -> None:
    if field == "detail":
        if not hasattr(value, "items"):
            problem = 'is no mapping; write for example {"status": ["paid"]}'
            raise inputs.wrong_kind(option, value, problem)
        _check_detail(inputs, value, option)
    else:
        check_values(inputs, option, value, only_text=True)


def _check_detail(inputs: Inputs, value: Any, option: str) -> None:  # noqa: ANN401 - what a user may write
    """Raise if *value*, the detail or a part of it, has no values to compare."""
    if not hasattr(value, "items"):
        check_values(inputs, option, value)
        return
    if not value:
        problem = "is empty and matches nothing; name a field and its values"
        raise inputs.wrong(option, value, problem)
    if is_matcher(value):
        problem = (
            "is a matcher outside of a list, which EventBridge takes for a field; "
            "write [...] around it"
        )
        raise inputs.wrong(option, value, problem)
    for field, part in value.items():
        if field == _OR:
            _check_or(inputs, f"{option}.{_OR}", part, _check_detail)
        else:
            _check_detail(inputs, part, f"{option}.{field}")


def _check_or(inputs: Inputs, option: str, value: object, check: Any) -> None:  # noqa: ANN401 - one of the two above
    """Raise if *value* is no list of two patterns or more."""
    if not isinstance(value, (list, tuple)):
        raise inputs.wrong_kind(option, value, "is no list of patterns")
    if len(value) < _FEWEST:
        raise inputs.wrong(option, value, "needs two patterns to choose from")
    for index, each in enumerate(value):
        name = f"{option}[{index}]"
        if not hasattr(each, "items"):
            raise inputs.wrong_kind(name, each, "is no pattern, in braces")
        check(inputs, each, name)


def _check_width(inputs: Inputs, pattern: Pattern, everything: Waived | None) -> None:
    """Raise if *pattern* takes every event by accident, or not on purpose."""
    narrow = _narrows(pattern)
    if everything is None and not narrow:
        if not pattern:
            raise inputs.wrong("sources", None, _NO_FIELDS)
        problem = (
            "lets every event in; name sources or detail types, or say why: "
            'everything=Waived("the reason")'
        )
        raise inputs.wrong("pattern", pattern, problem)
    if everything is not None and narrow:
        problem = "does not go with a pattern that chooses; leave one of them out"
        raise inputs.wrong("everything", everything, problem)


def _narrows(pattern: Mapping[str, Any]) -> bool:
    """Whether *pattern* chooses among the events by what they are about."""
    return any(
        all(_narrows(each) for each in value)
        if field == _OR
        else field == "detail" or is_open(value) or not let_all_in(value)
        for field, value in pattern.items()
        if field not in _SAYS_NOTHING
    )


def _check_sources(inputs: Inputs, pattern: Pattern, option: str) -> None:
    """Raise if *pattern* waits on a bus of its own for events that AWS sends."""
    sources = pattern.get("source", ())
    for source in () if is_open(sources) else sources:
        if isinstance(source, str) and source.startswith("aws."):
            problem = (
                "names a service of AWS, which sends its events to the default bus "
                "only; leave event_bus out, or, where a rule forwards them to this "
                f'bus, write {{"prefix": "{source}"}}'
            )
            raise inputs.wrong(option, source, problem)
