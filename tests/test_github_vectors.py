"""
The public vectors for GitHub's tokens and trust policies of AWS, run on our roles.

Some of them were observed at AWS and GitHub. Those of a condition that a role of
ours can have are run against that role; in those of a condition that no role of
ours has, the token must stay outside of the role that comes nearest.
"""

from __future__ import annotations

from typing import Any

import pytest

from secure_constructs import GitHubProvider, GitHubSubject
from tests.support.conditions import holds
from tests.support.github import GITHUB, World

corpus = pytest.importorskip("subvectors.corpus")
VECTORS = {each["id"]: each for each in corpus.load_suite("github-aws")["vectors"]}

branch, environment = GitHubSubject.branch, GitHubSubject.environment
MAIN = [branch("main")]
OURS = {"repository": "octo-org/octo-repo", "subjects": MAIN}
IDS = {"owner_id": "123456", "repository_id": "7891011"}
BY_NAME = {"owner_id": None, "repository_id": None, "classic_subject": True}
WORKFLOW = "octo-org/octo-automation/.github/workflows/{}"


def for_(*subjects: GitHubSubject) -> dict[str, Any]:
    """Return the options of a role for these subjects, by name."""
    return {**OURS, **BY_NAME, "subjects": list(subjects)}


# By the end of the id, the options of the role that says what the vector's
# condition says. A vector's token must then open it if the vector says `match`.
SAID = {
    "exact-branch-stringequals": for_(*MAIN),
    "exact-branch-stringlike": for_(*MAIN),
    "other-branch-rejected": for_(*MAIN),
    "immutable-exact-match": {**OURS, **IDS},
    "immutable-subject-classic-pattern": for_(*MAIN),
    "multivalue-two-repos-or": {**for_(*MAIN), "repository": "octo-org/repo-a"},
    "multivalue-unlisted-rejected": {**for_(*MAIN), "repository": "octo-org/repo-a"},
    "aud-pinned-official-action": for_(*MAIN),
    "aud-default-owner-url-rejected": for_(*MAIN),
    "environment-key-absent-claim-rejected": for_(environment("prod")),
    "jwr-condition-key-sha-pin": {
        **for_(*MAIN),
        "reusable_workflow": WORKFLOW.format(
            "deployment.yml@10040c56a8c0253d69db7c1f26a0d227275512e2"
        ),
    },
    "jwr-condition-key-tag-pin-mutable": {
        **for_(*MAIN),
        "reusable_workflow": WORKFLOW.format("oidc.yml@refs/tags/v1"),
    },
    "jwr-key-stays-name-based-under-immutable-sub": {
        **OURS,
        **IDS,
        "reusable_workflow": WORKFLOW.format("oidc.yml@refs/heads/main"),
    },
    "repository-id-immutable-pin": {**OURS, **IDS},
    "case-mismatch-rejected": for_(*MAIN),
    "stringlike-case-mismatch-rejected": {
        **for_(*MAIN),
        "repository": "Octo-Org/octo-repo",
    },
    "environment-subject-exact": for_(environment("Production")),
    "all-documented-aud-sub-policy": for_(branch("octo-branch")),
    "all-wrong-aud-rejected": for_(branch("octo-branch")),
    "all-repository-id-plus-sub": {**OURS, **IDS},
    "all-multivalue-inside-block": {**for_(*MAIN), "repository": "octo-org/repo-a"},
    "foranyvalue-absent-environment-rejected": for_(environment("Production")),
    "forallvalues-environment-present-listed": for_(
        environment("Production"), environment("Staging")
    ),
    "forallvalues-environment-unlisted-rejected": for_(
        environment("Production"), environment("Staging")
    ),
    "rename-flips-format-and-breaks-the-policy": for_(*MAIN),
    "custom-sub-breaks-default-pattern": for_(*MAIN),
}
# Those whose token a role of ours refuses, though the vector's condition lets it
# in, with the role that its author most likely meant.
REFUSED = {
    "org-wide-wildcard-repo": for_(*MAIN),
    "pull-request-subject": for_(*MAIN),
    "multivalue-loose-value-poisons-list": for_(*MAIN),
    "custom-sub-jwr-exact": for_(*MAIN),
    "custom-sub-combined-environment-jwr": for_(environment("prod")),
    "branch-prefix-collision": for_(*MAIN),
    "ref-wildcard-spans-nested-branch": for_(GitHubSubject.branches_below("release/")),
    "all-aws-branch-wildcard-example": for_(*MAIN),
    "forallvalues-absent-environment-fails-open": for_(environment("Production")),
    "forallvalues-does-not-tighten-poisoned-or-list": for_(*MAIN),
    "foranyvalue-poisoned-or-list-still-admits": for_(*MAIN),
    "all-forallvalues-absent-environment-behind-aud": for_(environment("Production")),
    "repo-only-customized-sub-admits-everything": for_(*MAIN),
    "environment-colon-encoded-exact": for_(environment("Production")),
    "environment-colon-wildcard-fix-widens": for_(environment("Production")),
    "environment-colon-twin-collides": for_(environment("Production")),
    "docs-customized-sub-omits-the-repo": for_(environment("production")),
    "workflow-name-pin-attacker-chosen": for_(*MAIN),
    "ref-key-alone-omits-the-repository": for_(*MAIN),
    "repository-owner-id-alone-is-org-wide": for_(*MAIN),
    "format-tolerant-wildcard-admits-prefix-orgs": {**OURS, **IDS},
    "immutable-custom-sub-keeps-the-ids": {**OURS, **IDS},
}
# Those that say nothing of our roles, and why.
NOT_OURS = {
    "repo-wide-wildcard-suffix": "the token is of the branch that is meant",
    "single-char-wildcard": "the token is of the branch that is meant",
    "branch-wildcard-zero-width": "the token is of the branch that is meant",
    "stringequals-treats-star-literally": "we refuse to write a star",
    "environment-colon-literal-pin-denies": "we refuse to write the colon",
    "docs-actor-name-pin-recycled": "we pin no actor",
    "actor-id-pin-survives-rename": "we pin no actor",
    "all-docs-github-tab-example": "we pin no actor and no enterprise's id",
}


def claims_of(vector: dict[str, Any], role: dict[str, Any]) -> dict[str, Any]:
    """
    Return the token of *vector*, with what it leaves out as the real one has it.

    A vector says only what its own condition is about.
    """
    named = {"aud": "sts.amazonaws.com"}
    if role.get("owner_id"):
        named["repository_id"] = role["repository_id"]
        named["repository_owner_id"] = role["owner_id"]
    return {**named, "sub": vector["subject"], **vector.get("claims", {})}


def admits(name: str, options: dict[str, Any]) -> bool:
    """Whether the role lets the token of one vector in."""
    world = World(**{**options, "provider": GitHubProvider.existing()})
    if options["repository"] == "octo-org/repo-a":
        world.role.add_repository(
            "octo-org/repo-b", classic_subject=True, subjects=MAIN
        )
    vector = VECTORS[f"gh-aws-{name}"]
    return world.deploy().lets_in(claims_of(vector, options))


def judged(condition: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Return what the tests' own evaluator makes of a vector's condition."""
    if condition["consumer"] == "aws-all":
        return all(judged(each, claims) for each in condition["of"])
    operator = {"aws-stringequals": "StringEquals", "aws-stringlike": "StringLike"}
    name = operator[condition["consumer"]]
    if "qualifier" in condition:
        name = f"{condition['qualifier']}:{name}"
    wanted = condition["pattern"]
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return holds(name, f"{GITHUB}:{condition['claim']}", wanted, claims)


@pytest.mark.parametrize(("name", "options"), SAID.items(), ids=SAID)
def test_role_says_what_the_vector_says(name, options):
    """The role with that condition lets the token in exactly if the vector does."""
    expected = VECTORS[f"gh-aws-{name}"]["expect"] == "match"

    assert expected == admits(name, options)


@pytest.mark.parametrize(("name", "options"), REFUSED.items(), ids=REFUSED)
def test_role_refuses_what_the_vector_lets_in(name, options):
    """What a wide condition lets in stays outside of a role of ours."""
    assert "match" == VECTORS[f"gh-aws-{name}"]["expect"]
    assert not admits(name, options)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_evaluator_agrees(vector):
    """The evaluator of these tests judges every vector as the suite does."""
    claims = {"sub": vector["subject"], **vector.get("claims", {})}
    context = {f"{GITHUB}:{name}": value for name, value in claims.items()}

    assert (vector["expect"] == "match") == judged(vector["condition"], context)


def test_every_vector_was_looked_at():
    """A vector that a new version of the suite brings has to be decided about."""
    known = [f"gh-aws-{name}" for name in (*SAID, *REFUSED, *NOT_OURS)]

    assert sorted(VECTORS) == sorted(known)
