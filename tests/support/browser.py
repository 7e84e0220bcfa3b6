"""A real browser without a window, to look at pages as a reader does."""

from __future__ import annotations

import os
import shutil

from pathlib import Path
from typing import Any

import pytest

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).parents[2]
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# Where there are several, the driver is usually that of the first.
_BROWSERS = ("google-chrome", "chromium", "chromium-browser")
# Set where a test must not be left out: there, what is missing is an error.
_REQUIRED = "SECURE_CONSTRUCTS_BROWSER"


def missing(what: str) -> None:
    """Skip a test, or fail it where everything has to be there."""
    if os.environ.get(_REQUIRED) == "required":
        pytest.fail(f"{what}, and {_REQUIRED} says that it has to be there")
    pytest.skip(what)


def new_browser() -> webdriver.Chrome:
    """Return a browser; whoever calls has to quit it."""
    browsers = [found for each in _BROWSERS if (found := shutil.which(each))]
    driver = shutil.which("chromedriver")
    if not browsers or not driver:
        missing("neither Chromium nor its driver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = browsers[0]
    # In a container there is no sandbox to be had, and little shared memory.
    for each in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(driver))


def look(browser: webdriver.Chrome, page: Path, *, width: int, scheme: str) -> None:
    """Open *page* in a window of that *width* and colour *scheme*."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(page.as_uri())


def barriers(browser: webdriver.Chrome) -> list[tuple[str, Any]]:
    """Return what axe finds on the open page that keeps readers out."""
    if not _AXE.exists():
        missing("axe-core is not installed: run npm ci")
    browser.execute_script(_AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[0]; axe.run(document).then(done)"
    )
    return [
        (each["id"], [node["target"] for node in each["nodes"]][:3])
        for each in found["violations"]
    ]
