"""The access patterns of a table: whether its keys serve them, and as a document."""

from __future__ import annotations

import re

from collections.abc import Sequence
from typing import TYPE_CHECKING

from secure_constructs._inputs import Inputs
from secure_constructs.access_patterns import AccessPattern

if TYPE_CHECKING:
    from secure_constructs._table_keys import Keys

# What DynamoDB can ask of a sort key; `contains`, `<>` and the like it cannot.
_BETWEEN = re.compile(r"between (\S.*) and (\S.*)")
_COMPARISON = re.compile(r"(=|<=?|>=?) \S.*")
_PREFIX = re.compile(r"begins_with (\S.*)")
_HEADER = """| Access pattern | Asked by | Served by | Key condition |
|---|---|---|---|
"""


def check_patterns(
    inputs: Inputs,
    patterns: Sequence[AccessPattern] | None,
    all_keys: Sequence[Keys],
    *,
    key_format: str,
    compound: bool,
) -> None:
    """Raise if a pattern is served by no key, or an index serves no pattern."""
    if patterns is None:
        return
    inputs.sequence("access_patterns", patterns, AccessPattern)
    own = _Tenants(key_format, compound=compound)
    names: set[str] = set()
    for number, pattern in enumerate(patterns):
        option = f"access_patterns[{number}]"
        _check_words(inputs, option, pattern)
        if pattern.name in names:
            problem = "is the name of two patterns; say what is asked for in each"
            raise inputs.wrong(f"{option}.name", pattern.name, problem)
        names.add(pattern.name)
        keys = _serving(inputs, option, pattern, all_keys)
        _check_sort(inputs, option, pattern, keys)
        if pattern.tenant:
            own.check(inputs, option, pattern, keys)
    used = {pattern.index for pattern in patterns}
    for keys in all_keys:
        if keys.name is not None and keys.name not in used:
            problem = (
                "serves none of the access_patterns, and costs as much as a table; "
                "take it out, or write down what it is for (DDB-02)"
            )
            raise inputs.wrong("indexes", keys.name, problem)


def on_record(
    patterns: Sequence[AccessPattern] | None,
    ttl_attribute: str | None,
    all_keys: Sequence[Keys],
) -> dict[str, object]:
    """Return what the rules need to know of the table, where that was given."""
    terms: dict[str, object] = {}
    if ttl_attribute is not None:
        terms["TimeToLive"] = ttl_attribute
    led = [each.name for each in all_keys if each.name and each.tenant_led]
    if led:
        terms["TenantIndexes"] = led
    if patterns is not None:
        terms["AccessPatterns"] = [
            {"Name": each.name, **({"Index": each.index} if each.index else {})}
            for each in patterns
        ]
    return terms


def markdown(patterns: Sequence[AccessPattern], all_keys: Sequence[Keys]) -> str:
    """Return the *patterns* as a table in Markdown."""
    by_name = {keys.name: keys for keys in all_keys}
    lines = [_line(each, by_name[each.index]) for each in patterns]
    return _HEADER + "".join(f"{line}\n" for line in lines)


def _line(pattern: AccessPattern, keys: Keys) -> str:
    asked_by = "tenant" if pattern.tenant else "back office"
    served_by = f"`{keys.name}`" if keys.name else "table"
    condition = f"`{keys.partition.name} = {pattern.partition}`"
    if pattern.sort is not None and keys.sort:
        condition += f" and `{_sort_condition(keys.sort.name, pattern.sort)}`"
    cells = (pattern.name, asked_by, served_by, condition)
    return f"| {' | '.join(each.replace('|', chr(92) + '|') for each in cells)} |"


def _sort_condition(attribute: str, sort: str) -> str:
    prefix = _PREFIX.fullmatch(sort)
    return f"begins_with({attribute}, {prefix[1]})" if prefix else f"{attribute} {sort}"


class _Tenants:
    """How the partition keys that tenants ask for begin."""

    def __init__(self, key_format: str, *, compound: bool) -> None:
        self._exact = key_format
        prefix, placeholder, _ = key_format.partition("{")
        self._longer = f"{key_format}{prefix[-1:]}" if compound and placeholder else ""

    def check(
        self, inputs: Inputs, option: str, pattern: AccessPattern, keys: Keys
    ) -> None:
        """Raise if the role of a tenant would be refused what *pattern* asks for."""
        if not keys.tenant_led:
            problem = (
                "is not led by the tenant, so no tenant's role may ask it; say "
                "tenant_led=True of the index, or tenant=False of the pattern"
            )
            raise inputs.wrong(f"{option}.index", pattern.index, problem)
        longer = bool(self._longer) and pattern.partition.startswith(self._longer)
        if pattern.partition != self._exact and not longer:
            choice = f", or begin with {self._longer!r}" if self._longer else ""
            problem = (
                f"is no partition of one tenant; write {self._exact!r}{choice}, or say "
                "tenant=False of the pattern"
            )
            raise inputs.wrong(f"{option}.partition", pattern.partition, problem)


def _check_words(inputs: Inputs, option: str, pattern: AccessPattern) -> None:
    required = {
        "name": (pattern.name, "Orders of a tenant"),
        "partition": (pattern.partition, "TENANT#{tenant}"),
    }
    for field, (value, example) in required.items():
        if value is None:
            problem = f"is no text; write {example!r}"
            raise inputs.wrong_kind(f"{option}.{field}", value, problem)
        inputs.text(f"{option}.{field}", value, example)
    inputs.text(f"{option}.sort", pattern.sort, "begins_with ORDER#")
    inputs.text(f"{option}.index", pattern.index, "GSI1")
    inputs.flag(f"{option}.tenant", pattern.tenant)


def _serving(
    inputs: Inputs, option: str, pattern: AccessPattern, all_keys: Sequence[Keys]
) -> Keys:
    by_name = {keys.name: keys for keys in all_keys}
    if pattern.index not in by_name:
        known = [name for name in by_name if name is not None]
        problem = (
            f"is none of the indexes {known}; add a TableIndex, or leave it out for "
            "the table itself"
        )
        raise inputs.wrong(f"{option}.index", pattern.index, problem)
    return by_name[pattern.index]


def _check_sort(
    inputs: Inputs, option: str, pattern: AccessPattern, keys: Keys
) -> None:
    sort = pattern.sort
    if sort is None:
        return
    if keys.sort is None:
        what = f"index {keys.name}" if keys.name else "table"
        problem = f"is asked of a {what} that has no sort key; give it one"
        raise inputs.wrong(f"{option}.sort", sort, problem)
    if not any(form.fullmatch(sort) for form in (_BETWEEN, _COMPARISON, _PREFIX)):
        problem = (
            "is no condition on a sort key; write '= ...', '<', '<=', '>', '>=', "
            "'begins_with ...' or 'between ... and ...', which is all that DynamoDB "
            "can do without reading the whole partition"
        )
        raise inputs.wrong(f"{option}.sort", sort, problem)
