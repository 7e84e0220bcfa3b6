"""Looks at the report in a real browser, as its readers do."""

from __future__ import annotations

import datetime as dt
import json

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from secure_constructs.checks import RULES
from secure_constructs.checks.findings import Unjudged, judge
from secure_constructs.checks.report.page import Report, rendered
from tests.support.browser import barriers, look, new_browser
from tests.support.reports import AStack, a_stack, resource

LOOKS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]
REASON = "rebuilt every night from the data lake"


def shop() -> dict[str, Any]:
    """Return 400 resources: buses, routes, functions, queues and buckets."""
    found = {"Bus": resource("Events::EventBus"), "Logs": resource("S3::Bucket")}
    for number in range(80):
        files = {"DestinationBucketName": {"Ref": "Logs"}}
        record = {"Tier": "production", "Waivers": {"S3-04": {"Reason": REASON}}}
        waived = record if number % 7 == 0 else None
        variables = {"FILES": {"Ref": f"Files{number}"}}
        found |= {
            f"OrdersPlacedByCustomersRouteNumber{number}": resource(
                "Events::Rule",
                EventBusName={"Ref": "Bus"},
                Targets=[{"Arn": {"Fn::GetAtt": [f"Handler{number}", "Arn"]}}],
            ),
            f"Handler{number}": resource("Lambda::Function", Environment=variables),
            f"Files{number}": resource(
                "S3::Bucket", waived, LoggingConfiguration=files
            ),
            f"Queue{number}": resource("SQS::Queue"),
            f"Alarm{number}": resource(
                "CloudWatch::Alarm", Dimensions=[{"Ref": f"Queue{number}"}]
            ),
        }
    return dict(list(found.items())[:400])


def written(folder: Path, *stacks: AStack, more: Sequence[Unjudged] = ()) -> Path:
    """Write the report about *stacks*, whose templates go to *folder*."""
    for stack in stacks:
        for file, template in stack.contents:
            file.write_text(json.dumps(template.body))
    found = [each for stack in stacks for each in judge(stack, RULES)]
    report = Report(
        title="shop",
        sources=stacks,
        rules=RULES,
        found=[*found, *more],
        made=dt.date(2026, 5, 1),
        version="1.2.3",
    )
    path = folder / "report.html"
    path.write_text(rendered(report), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report about a large stack."""
    folder = tmp_path_factory.mktemp("large")
    return written(folder, a_stack(shop(), folder=folder))


@pytest.fixture(scope="module")
def small_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that has everything once: axe takes its time with a large one."""
    folder = tmp_path_factory.mktemp("small")
    some = dict(list(shop().items())[:12])
    tags = [{"Key": key, "Value": "x"} for key in ("Env", "Team", "Service")]
    base = {
        "Key": resource("KMS::Key", Tags=tags),
        "Lost": resource("SQS::Queue", Tags=tags),
    }
    stacks = a_stack(some, folder=folder), a_stack(base, name="Base", folder=folder)
    unjudged = Unjudged(stacks[1].contents[0][0], "it is unseen", "Lost")
    return written(folder, *stacks, more=[unjudged])


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    """A browser for all tests here: it takes a second to start."""
    found = new_browser()
    yield found
    found.quit()


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    """The browser with the report on a wide screen."""
    look(browser, page, width=1280, scheme="light")
    return browser


class TestLook:
    @pytest.mark.parametrize(("width", "scheme"), LOOKS)
    def test_keeps_nobody_out(self, browser, small_page, width, scheme):
        """Names, roles, contrast and order are as axe asks for."""
        look(browser, small_page, width=width, scheme=scheme)

        assert [] == barriers(browser)

    @pytest.mark.parametrize(("width", "scheme"), LOOKS)
    def test_is_no_wider_than_the_screen(self, browser, page, width, scheme):
        """What is wider is scrolled by itself."""
        look(browser, page, width=width, scheme=scheme)

        assert 0 == browser.execute_script(
            "const all = document.documentElement;"
            "return all.scrollWidth - all.clientWidth"
        )

    def test_follows_the_colour_scheme(self, browser, page):
        """Dark readers get a dark page."""
        seen = []
        for scheme in ("light", "dark"):
            look(browser, page, width=1280, scheme=scheme)
            body = browser.find_element(By.TAG_NAME, "body")
            seen.append(body.value_of_css_property("background-color"))

        assert ["rgba(255, 255, 255, 1)", "rgba(20, 23, 28, 1)"] == seen

    def test_loads_nothing(self, opened):
        """Neither from the network nor from other files."""
        assert [] == opened.execute_script(
            "return performance.getEntriesByType('resource').map(each => each.name)"
        )

    def test_lacks_nothing_without_its_script(self, browser, small_page):
        """Viewers of build artifacts run none; only what needs it is not shown."""
        switch = "Emulation.setScriptExecutionDisabled"
        browser.execute_cdp_cmd(switch, {"value": True})
        try:
            look(browser, small_page, width=1280, scheme="light")
            sections = browser.find_elements(By.CSS_SELECTOR, "section, svg, .matrix")
            hidden = browser.find_elements(By.CSS_SELECTOR, "[hidden]")

            assert all(each.is_displayed() for each in sections)
            assert ["filter"] == [each.get_attribute("class") for each in hidden]
        finally:
            browser.execute_cdp_cmd(switch, {"value": False})

    def test_has_no_errors(self, opened):
        """Style and script are those that the page's policy allows."""
        opened.get_log("browser")
        opened.refresh()

        assert [] == opened.get_log("browser")
        assert opened.execute_script(
            "return getComputedStyle(document.querySelector('nav')).position"
        ) == ("sticky")


class TestDrawing:
    def test_is_readable(self, opened):
        """Its texts are as large as on the page, however many resources there are."""
        smallest = opened.execute_script(
            "return Math.min(...[...document.querySelectorAll('.name')]"
            ".map(each => each.getBoundingClientRect().height))"
        )

        assert smallest >= 11

    def test_texts_are_in_their_boxes(self, opened):
        """A long name does not run out."""
        assert [] == opened.execute_script(
            """
            return [...document.querySelectorAll('.place')].flatMap(box => {
              const rect = box.querySelector('rect').getBoundingClientRect();
              return [...box.querySelectorAll('text')].filter(text => {
                const at = text.getBoundingClientRect();
                return at.left < rect.left || at.right > rect.right
                  || at.top < rect.top || at.bottom > rect.bottom;
              }).map(text => text.textContent);
            })
            """
        )

    def test_has_no_line_through_a_box(self, opened):
        """Lines end at boxes and go past all others."""
        assert [] == opened.execute_script(
            """
            const boxes = [...document.querySelectorAll('.box rect')].map(each =>
              [each, each.getBoundingClientRect()]);
            return [...document.querySelectorAll('.line')].flatMap(line => {
              const all = line.getTotalLength(), to = line.getScreenCTM(), hit = [];
              for (let at = 3; at < all - 3; at += 5) {
                const point = line.getPointAtLength(at).matrixTransform(to);
                if (boxes.some(([, box]) => point.x > box.left + 2
                    && point.x < box.right - 2 && point.y > box.top + 2
                    && point.y < box.bottom - 2)) hit.push(line.getAttribute('d'));
              }
              return hit.slice(0, 1);
            })
            """
        )

    def test_shows_what_a_box_is_connected_with(self, opened):
        """As soon as it is reached by mouse or keyboard."""
        opened.execute_script("document.querySelector('.box[aria-label^=Bus]').focus()")

        assert 80 == len(opened.find_elements(By.CSS_SELECTOR, ".line.on"))

    def test_shows_all_again(self, opened):
        """When nothing is reached any more."""
        opened.execute_script("document.querySelector('.box').focus()")
        opened.execute_script("document.activeElement.blur()")

        assert [] == opened.find_elements(By.CSS_SELECTOR, ".traced")


class TestKeyboard:
    def test_reaches_the_content_at_once(self, opened):
        """The first link skips everything before it."""
        opened.switch_to.active_element.send_keys(Keys.TAB)
        link = opened.switch_to.active_element
        text, shown = link.text, link.is_displayed()
        link.send_keys(Keys.ENTER)

        assert ("Skip to the content", True) == (text, shown)
        assert opened.current_url.endswith("#content")

    def test_follows_a_box_to_its_construct(self, opened):
        """A box is a link."""
        box = opened.find_element(By.CSS_SELECTOR, ".box[aria-label^='Handler7,']")
        opened.execute_script("arguments[0].focus()", box)
        opened.switch_to.active_element.send_keys(Keys.ENTER)

        assert opened.find_element(By.CSS_SELECTOR, "tr:target").text.startswith(
            "Handler7"
        )

    def test_shows_where_it_is(self, opened):
        """What has the focus has an outline."""
        opened.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB, Keys.TAB)
        link = opened.switch_to.active_element

        assert "3px" == link.value_of_css_property("outline-width")


class TestFilter:
    def rows(self, opened: webdriver.Chrome) -> list[str]:
        """Return the rows of the matrix that are shown."""
        return list(
            opened.execute_script(
                "return [...document.querySelectorAll('.matrix tbody tr:not(.group)')]"
                ".filter(each => each.checkVisibility())"
                ".map(each => each.cells[0].innerText)"
            )
        )

    def test_finds_resources(self, opened):
        """By a part of their name, in any case."""
        before = len(self.rows(opened))
        opened.find_element(By.NAME, "text").send_keys("files12")
        after = self.rows(opened)

        assert before > 300
        assert {"Files12 S3 Bucket"} == set(after)

    def test_hides_what_is_kept(self, browser, small_page):
        """What is left is what somebody has to look at."""
        look(browser, small_page, width=1280, scheme="light")
        opened = browser
        before = len(self.rows(opened))
        opened.find_element(By.NAME, "unkept").click()
        after = self.rows(opened)

        assert before > len(after) > 0
        assert 0 == opened.execute_script(
            "return [...document.querySelectorAll('.matrix tbody tr:not(.group)')]"
            ".filter(each => each.checkVisibility() && !each.querySelector("
            "'.broken, .waived, .not-judged')).length"
        )

    def test_says_how_many_are_left(self, opened):
        """Readers who do not see the table hear it."""
        opened.find_element(By.NAME, "text").send_keys("nothing of that name")

        assert opened.find_element(By.TAG_NAME, "output").text.startswith("0 of ")
