"""
What the site has beside the pages of `docs/`.

These pages are to be read on their own as well, so nothing in them is made for
MkDocs. The reference of the public names, and what other pages link to outside of
`docs/`, is added here when the site is built.
"""

from __future__ import annotations

import posixpath
import re

from collections.abc import Iterator, Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
# Pages of the repository itself, by what they are on the site.
OUTSIDE = {
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "SECURITY.md": "security.md",
}
# The public names, those of other modules with these, by the page that shows what
# they are for.
GUIDES = {
    "AccessPattern": "constructs/tenant-table.md",
    "AppEventBus": "constructs/app-event-bus.md",
    "AppKey": "constructs/app-key.md",
    "Baseline": "howto/tags-and-tiers.md",
    "Checklist": "howto/check-any-app.md",
    "EventRoute": "constructs/event-route.md",
    "EventSchedule": "constructs/event-schedule.md",
    "EventSchema": "constructs/app-event-bus.md",
    "GitHubOidcRole": "constructs/github-oidc-role.md",
    "GitHubProvider": "constructs/github-oidc-role.md",
    "GitHubSubject": "constructs/github-oidc-role.md",
    "ObservedFunction": "constructs/observed-function.md",
    "SecureBucket": "constructs/secure-bucket.md",
    "StandardTags": "howto/tags-and-tiers.md",
    "TableIndex": "constructs/tenant-table.md",
    "TenantGrants": "howto/serve-tenants.md",
    "TenantRole": "constructs/tenant-role.md",
    "TenantTable": "constructs/tenant-table.md",
    "Tier": "howto/tags-and-tiers.md",
    "Waived": "howto/waive.md",
    "acknowledge_defaults": "howto/strict-packs.md",
    "changes.Change": "howto/compare-templates.md",
    "changes.Effect": "howto/compare-templates.md",
    "changes.compare": "howto/compare-templates.md",
    "changes.needs_attention": "howto/compare-templates.md",
    "changes.written": "howto/compare-templates.md",
    "testing.CdkApp": "testing/cdk-app.md",
    "testing.assert_logical_ids": "testing/assert-logical-ids.md",
    "testing.assert_no_findings": "testing/assert-no-findings.md",
    "testing.assert_safe_update": "testing/assert-safe-update.md",
}
# What the attribute `grants` of a construct is.
GRANTS = {
    "AppEventBus": "_event_grants.EventGrants",
    "SecureBucket": "_bucket_grants.BucketGrants",
    "TenantTable": "_table_grants.TableGrants",
}
# A block of code, which is none of our business, or where a link leads to.
_LINK = re.compile(r"(?ms)^ *(`{3,}).*?^ *\1|(?<=\]\()(?!\w+:)([^)#\s]+)")
# The theme's search is a dialog without a name for who cannot see it.
_DIALOG = 'data-md-component="search" role="dialog"'
_UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in `docs/`."""
    for name, content in added().items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Lead links out of `docs/` to where the site has what they mean."""
    del config, files
    return led(markdown, page.file.src_uri, f"docs/{page.file.src_uri}")


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Give the search a name."""
    del page, config
    return output.replace(_DIALOG, f'{_DIALOG} aria-label="Search"')


def added() -> Mapping[str, str]:
    """Return the pages that are added, by where they stand below `docs/`."""
    return {**dict(_outside()), **dict(_sources()), **dict(_references())}


def led(markdown: str, page: str, written: str) -> str:
    """
    Return *markdown* with its links as they have to be on the site.

    Args:
        markdown: The text of a page.
        page: Where it stands below `docs/`.
        written: Where it was written for, from the repository's root.
    """

    def link(match: re.Match[str]) -> str:
        if match[1]:
            return match[0]
        target = posixpath.join(posixpath.dirname(written), match[2])
        place = placed(posixpath.normpath(target))
        return posixpath.relpath(place, posixpath.dirname(page) or ".")

    return _LINK.sub(link, markdown)


def placed(path: str) -> str:
    """Return where below `docs/` the site has the file or folder *path*."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path in OUTSIDE:
        return OUTSIDE[path]
    return f"source/{path}" + (".md" if (ROOT / path).is_file() else "/index.md")


def _outside() -> Iterator[tuple[str, str]]:
    """Yield the pages of the repository itself."""
    for path, page in OUTSIDE.items():
        if path != "README.md":
            yield page, led((ROOT / path).read_text(encoding="utf-8"), page, path)


def _sources() -> Iterator[tuple[str, str]]:
    """Yield a page for each file of the example, and one for each folder."""
    files = [path.relative_to(ROOT) for path in sorted(ROOT.glob("examples/**/*.py"))]
    for path in files:
        code = (ROOT / path).read_text(encoding="utf-8")
        page = f"{_UNSEARCHED}# {path.as_posix()}\n\n```python\n{code}```\n"
        yield f"source/{path.as_posix()}.md", page
    for folder in sorted({up for path in files for up in path.parents[:-1]}):
        inside = [path.relative_to(folder) for path in files if folder in path.parents]
        links = [f"- [{each.as_posix()}]({each.as_posix()}.md)" for each in inside]
        page = "\n".join([f"{_UNSEARCHED}# {folder.as_posix()}", "", *links, ""])
        yield f"source/{folder.as_posix()}/index.md", page


def _references() -> Iterator[tuple[str, str]]:
    """Yield a page for each public name."""
    for name, path in GUIDES.items():
        page = f"reference/{name}.md"
        guide = posixpath.relpath(path, "reference")
        module, _, own = f"secure_constructs.{name}".rpartition(".")
        lines = [
            f"# {own}",
            "",
            f"`from {module} import {own}`",
            "",
            f"[What it is for, with examples]({guide})",
            "",
            f"::: secure_constructs.{name}",
        ]
        if name in GRANTS:
            lines += ["", "## Grants", "", f"::: secure_constructs.{GRANTS[name]}"]
            lines += ["    options:", "      heading_level: 3"]
        yield page, "\n".join([*lines, ""])
