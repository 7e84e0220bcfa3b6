"""What names of GitHub may hold, as GitHub and as AWS see them."""

from __future__ import annotations

import re

from secure_constructs._inputs import is_token, without_tokens

_LONGEST = 255
# What git refuses in the name of a branch or tag, but for the wildcards.
_NOT_IN_REF = re.compile(r"[ ~^:\\\[]|\.\.|@\{|//")
_BAD_PLACE = re.compile(r"(?:/|\.|\.lock)$|(?:^|/)\.|\.lock/|^/|^-")


def name_problem(kind: str, name: object) -> str | None:
    """Return what is wrong with the *name* of a *kind* of subject, if anything."""
    if not isinstance(name, str):
        return "has a name that is no text"
    if is_token(name) and kind == "branches_below":
        return (
            "is a pattern around a value that only the deployment knows, which could "
            "be a wildcard; write the folder out"
        )
    return (
        text_problem(name) or _wildcard_of(kind, name) or _problem_of_kind(kind, name)
    )


def text_problem(text: str) -> str | None:
    """Return why *text* cannot be in a condition of IAM as it is, if so."""
    plain = without_tokens(text)
    if not text:
        return "is empty"
    if "${" in plain:
        return "has ${ in it, which IAM takes for a variable"
    if not all(_can_be_written(each) for each in plain):
        return "has a character that IAM policies cannot hold"
    if len(plain) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    return None


def wildcard_problem(text: str) -> str | None:
    """Return what is wrong with *text* if it has a wildcard."""
    found = set(without_tokens(text)) & {"*", "?"}
    return f"has the wildcard {min(found)} in it" if found else None


def ref_problem(ref: str) -> str | None:
    """Return why git would not take *ref* for the name of a branch or tag, if so."""
    plain = without_tokens(ref)
    if _NOT_IN_REF.search(plain):
        return "is no name that git takes"
    ends = plain if plain == ref else ""
    return "is no name that git takes" if _BAD_PLACE.search(ends) else None


def _can_be_written(character: str) -> bool:
    """Whether IAM takes *character*: printable, and of Latin-1."""
    return character.isprintable() and ord(character) <= 0xFF  # noqa: PLR2004


def _wildcard_of(kind: str, name: str) -> str | None:
    problem = wildcard_problem(name)
    if problem and kind in ("branch", "branches_below"):
        return (
            f"{problem}; name each branch, or all below a folder with "
            "GitHubSubject.branches_below('release/')"
        )
    if problem:
        return f"{problem}; name each {kind}, or let an environment's rules decide"
    return None


def _problem_of_kind(kind: str, name: str) -> str | None:
    if kind == "environment":
        return _environment_problem(name)
    if name.startswith("refs/"):
        return f"is a whole ref; write the {kind}'s name, such as 'main' or 'v1.2.3'"
    if kind == "branches_below":
        if not name.endswith("/"):
            return "is no folder; end it with /, as in 'release/'"
        name = name[:-1]
    if not name:
        return "is every branch; name a folder, such as 'release/'"
    return ref_problem(name)


def _environment_problem(name: str) -> str | None:
    """Return why *name* cannot be told from another environment's, if so."""
    found = set(without_tokens(name)) & {":", "%"}
    if found:
        return (
            f"has {min(found)} in it: GitHub writes ':' as '%3A' and leaves '%' as it "
            "is, so anybody who may push can make an unprotected environment with the "
            "same subject; rename the environment"
        )
    if name != name.strip():
        return "has white space around it"
    return None
