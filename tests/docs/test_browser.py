"""Looks at the site in a real browser, as its readers do."""

from __future__ import annotations

import functools
import re
import threading

from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.browser import barriers, new_browser
from tests.support.synth import ROOT
from tools.site_hooks import added

_NAV = (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2]
PAGES = re.findall(r"[\w./-]+\.md", _NAV)
# One of each kind: prose, a construct with tables and a picture, a reference.
SAMPLES = ["index.md", "constructs/secure-bucket.md", "reference/ObservedFunction.md"]
SCHEMES = ["light", "dark"]
_OF_THEME = "landmark-unique"
# The tab of a section, and the entry of a page, by the address that it resolves to.
_TAB = """
return [...document.querySelectorAll('a.md-tabs__link')].find(each =>
  each.textContent.trim() === arguments[0])
"""
_LINK = """
return [...document.querySelectorAll('a.md-nav__link')].find(each =>
  each.href.split('#')[0] === arguments[0])
"""


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    handler = functools.partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """A browser for all tests here: it takes a second to start."""
    found = new_browser()
    yield found
    found.quit()


def resized(browser: webdriver.Chrome, width: int, scheme: str) -> None:
    """Give the *browser* a window of that *width* and colour *scheme*."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


@pytest.fixture
def look(browser: webdriver.Chrome, address: str) -> Callable[..., webdriver.Chrome]:
    """Return how to open a page, as somebody does who was never here."""

    def opened(page: str, width: int = 1280, scheme: str = "light") -> webdriver.Chrome:
        resized(browser, width, scheme)
        storage = {"origin": address, "storageTypes": "local_storage"}
        browser.execute_cdp_cmd("Storage.clearDataForOrigin", storage)
        browser.get(f"{address}/{_file(page)}")
        return browser

    return opened


def until(browser: webdriver.Chrome, is_so: Callable[[Any], Any]) -> Any:
    """Wait until something is so on the page, and return it."""
    return WebDriverWait(browser, 10).until(is_so)


def ground(browser: webdriver.Chrome) -> str:
    """Return the colour behind the text."""
    body = browser.find_element(By.TAG_NAME, "body")
    return str(body.value_of_css_property("background-color"))


def click(browser: webdriver.Chrome, script: str, wanted: str) -> None:
    """Click what *script* finds for what is *wanted*."""
    found = browser.execute_script(script, wanted)
    assert found, f"there is no way to {wanted} on {browser.current_url}"
    # The theme takes a moment to show its tabs again where there is room for them.
    until(browser, lambda _: found.is_displayed())
    browser.execute_script("arguments[0].click()", found)


class Seen(NamedTuple):
    """What a page was seen to be: its title, what is too wide, and what failed."""

    title: str
    too_wide: int
    errors: list[dict[str, Any]]


def seen(browser: webdriver.Chrome) -> Seen:
    """Return what the open page is, on a phone."""
    title = browser.find_element(By.TAG_NAME, "h1").text
    resized(browser, width=390, scheme="light")
    too_wide = browser.execute_script(
        "const all = document.documentElement; return all.scrollWidth - all.clientWidth"
    )
    errors = [each for each in browser.get_log("browser") if each["level"] == "SEVERE"]
    resized(browser, width=1280, scheme="light")
    return Seen(title, too_wide, errors)


@pytest.fixture(scope="module")
def visited(browser: webdriver.Chrome, address: str) -> dict[str, Seen]:
    """All pages of the navigation, each reached from the one before by clicking."""
    resized(browser, width=1280, scheme="light")
    browser.get(f"{address}/index.html")
    found: dict[str, Seen] = {}
    for page in PAGES:
        # The tab leads to the first page of its section, whose entries are beside it.
        if _section(page) != _section(next(reversed(found), "index.md")):
            click(browser, _TAB, _section(page))
        target = f"{address}/{_file(page)}"
        click(browser, _LINK, target)
        assert browser.current_url.partition("#")[0] == target
        found[page] = seen(browser)
    return found


@pytest.mark.parametrize("page", PAGES)
class TestEveryPage:
    def test_is_reached_by_clicking(self, visited, page):
        """By its tab, and then by its entry; and it is the page that was meant."""
        assert visited[page].title == title_of(page)

    def test_is_no_wider_than_a_phone(self, visited, page):
        """What is wider, such as a table or a picture, is scrolled by itself."""
        assert 0 == visited[page].too_wide

    def test_has_no_errors(self, visited, page):
        """Nothing fails to load, and no script fails."""
        assert [] == visited[page].errors


def title_of(page: str) -> str:
    """Return the title that *page* has where it was written."""
    path = ROOT / "docs" / page
    text = path.read_text() if path.exists() else added()[page]
    (first,) = re.findall(r"(?m)\A(?:# )(.+)$", text)
    return str(first).replace("`", "")


class TestSearch:
    def test_finds_a_construct(self, look):
        """And leads to its page."""
        opened = look("index.md")
        field = opened.find_element(By.CSS_SELECTOR, "input.md-search__input")
        field.send_keys("TenantTable")
        found = until(
            opened,
            lambda it: it.find_elements(By.CSS_SELECTOR, "a.md-search-result__link"),
        )
        titles = [each.text.partition("\n")[0] for each in found]
        place = next(
            each
            for each in found
            if "tenant-table.html" in (each.get_attribute("href") or "")
        )
        place.click()
        until(opened, lambda it: "tenant-table.html" in it.current_url)

        assert "TenantTable" in titles
        assert "TenantTable" in opened.find_element(By.TAG_NAME, "h1").text

    def test_finds_no_source(self, look):
        """The files of the example are not in the way of what explains them."""
        opened = look("index.md")
        field = opened.find_element(By.CSS_SELECTOR, "input.md-search__input")
        field.send_keys("ObservedFunction")
        found = until(
            opened,
            lambda it: it.find_elements(By.CSS_SELECTOR, "a.md-search-result__link"),
        )

        assert [] == [
            each for each in found if "/source/" in (each.get_attribute("href") or "")
        ]


class TestColours:
    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("page", SAMPLES)
    def test_keep_nobody_out(self, look, page, scheme):
        """Contrast, names and order are as axe asks for, in both schemes."""
        found = dict(barriers(look(page, scheme=scheme)))

        # The theme's script makes a landmark of each button that copies code.
        assert {} == {name: at for name, at in found.items() if name != _OF_THEME}

    def test_follow_the_system(self, look):
        """Dark readers get a dark page without doing anything."""
        light, dark = (ground(look("index.md", scheme=each)) for each in SCHEMES)

        assert "rgba(255, 255, 255, 1)" == light
        assert dark != light

    def test_can_be_chosen(self, look):
        """The button leads from the system's to light, to dark and back."""
        opened = look("index.md", scheme="light")
        seen = []
        for _ in range(3):
            button = next(
                each
                for each in opened.find_elements(
                    By.CSS_SELECTOR, "form[data-md-component=palette] label"
                )
                if each.is_displayed()
            )
            button.click()
            seen.append(
                opened.find_element(By.TAG_NAME, "body").get_attribute(
                    "data-md-color-scheme"
                )
            )

        assert ["default", "slate", "default"] == seen


class TestPicture:
    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_is_shown_in_its_size(self, look, scheme):
        """On a phone it is scrolled, and its letters are as large as ever."""
        opened = look("constructs/observed-function.md", width=390, scheme=scheme)
        picture = opened.find_element(By.CSS_SELECTOR, "img[src$='.svg']")
        until(opened, lambda _: picture.get_property("complete"))

        assert picture.get_property("naturalWidth") == picture.size["width"] > 390

    def test_can_be_reached_by_keyboard(self, look):
        """Who cannot drag follows the link, and sees it alone."""
        opened = look("constructs/secure-bucket.md", width=390)
        link = opened.find_element(By.XPATH, "//img[contains(@src, '.svg')]/..")

        assert "a" == link.tag_name
        assert (link.get_attribute("href") or "").endswith("images/secure-bucket.svg")


class TestPhone:
    def test_has_a_menu(self, look):
        """It opens by its button, and has the sections."""
        opened = look("index.md", width=390)
        menu = opened.find_element(By.CSS_SELECTOR, ".md-sidebar--primary")
        before = menu.location["x"]
        opened.find_element(
            By.CSS_SELECTOR, "label.md-header__button[for=__drawer]"
        ).click()
        until(opened, lambda _: menu.location["x"] == 0)

        assert before < 0
        assert "Constructs" in menu.text


def _file(page: str) -> str:
    """Return what the site has for *page*."""
    return page.replace(".md", ".html")


def _section(page: str) -> str:
    """Return the section of the navigation that has *page*."""
    before = _NAV[: re.search(rf"\b{page}", _NAV).start()]  # type: ignore[union-attr]
    return str(re.findall(r"^  - ([\w ]+):", before, re.MULTILINE)[-1])
