"""A headless Chromium for tests: one for a module's tests, with a profile of its own; it knows no other host."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.servers.requirement import need

DRIVER = "/usr/bin/chromedriver"
FLAGS = ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking")
FLAGS += ("disable-component-update", "disable-sync", "disable-dev-shm-usage", "disable-default-apps")
PHONE, DESKTOP = (390, 844), (1280, 800)


@contextmanager
def chromium(profile: Path, *more: str) -> Iterator[webdriver.Chrome]:
    """A browser that only reaches this machine. Skips where there is none."""
    need(Path(DRIVER).exists() and shutil.which("chromium"), "Chromium (packages chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    nowhere = "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    for flag in (*FLAGS, f"user-data-dir={profile}", nowhere, "accept-lang=en", *more):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER, log_output=os.devnull))
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()


def sized(driver: webdriver.Chrome, size: tuple[int, int]) -> None:
    """Give the page exactly this width and height, as a phone or a desk has."""
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
