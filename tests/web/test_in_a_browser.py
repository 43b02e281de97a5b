"""The pages in a real browser, without scripts: what people do, and what the browser itself keeps from them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import Select, WebDriverWait

from maild.model import Address, Purpose, Register
from maild.store.engine import open_store
from maild.store.register import find_contacts
from tests.builders import ADA
from tests.web.browser import DESKTOP, PHONE, chromium, sized
from tests.web.kit import World, a_conversation, served

SIZES = [PHONE, DESKTOP]
NASTY = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def world(sqlite_url: str, driver: Chrome) -> Iterator[World]:
    driver.delete_all_cookies()
    store = open_store(sqlite_url)
    with served(store) as opened:
        yield opened
    store.close()


def go(driver: Chrome, world: World, path: str) -> None:
    driver.get(world.web.url + path)


def heading(driver: Chrome) -> str:
    return driver.find_element(By.TAG_NAME, "h1").text


def press(driver: Chrome, selector: str = "form button") -> None:
    """Press a button and be on the next page.

    While one page gives way to the next, the driver may answer any question with an error of its own: ask again.
    """
    here = driver.find_element(By.TAG_NAME, "html")
    driver.find_element(By.CSS_SELECTOR, selector).click()
    WebDriverWait(driver, 20, 0.02, [WebDriverException]).until(staleness_of(here))


def fits(driver: Chrome) -> bool:
    """Nothing is wider than the screen, and whatever is pressed is large enough for a thumb (WCAG 2.5.5: 44 pixels)."""
    wide = driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    buttons = driver.find_elements(By.CSS_SELECTOR, "button, .button, input, select")
    return bool(wide) and all(one.size["height"] >= 44 for one in buttons)


def refused_by_the_browser(driver: Chrome) -> list[str]:
    """What the pages' own policy kept out, so that they do not ask for it."""
    return [one["message"] for one in driver.get_log("browser") if "Security Policy" in one["message"]]


@pytest.mark.parametrize("size", SIZES)
def test_somebody_registers_with_a_click(world: World, driver: Chrome, size: tuple[int, int]) -> None:
    sized(driver, size)
    go(driver, world, f"/r/{world.invite(Purpose.REGISTER, ADA.address)}")
    assert heading(driver) == "Is this you?" and fits(driver)
    driver.find_element(By.ID, "name").send_keys("Ada L.")
    Select(driver.find_element(By.ID, "language")).select_by_value("nl")
    press(driver)
    assert heading(driver) == "Welcome!" and fits(driver)
    driver.refresh()
    with world.store.reading() as tx:
        (one,) = find_contacts(tx, [ADA.address])
    assert (one.register, one.name, one.language) == (Register.REGISTERED, "Ada L.", "nl")


def link_in(world: World) -> str:
    """The link of the last mail."""
    return next(word for word in world.mails()[-1].get_content().split() if word.startswith(world.web.url))


def test_somebody_asks_for_a_link_looks_around_changes_their_name_and_logs_out(world: World, driver: Chrome) -> None:
    """The whole way, on a telephone; the list on a desk, too."""
    sized(driver, PHONE)
    number = a_conversation(world.store, title="A very long title " * 8).number
    go(driver, world, "/my?status=all")
    assert heading(driver) == "See your requests" and fits(driver)
    driver.find_element(By.ID, "address").send_keys(ADA.address)
    press(driver)
    assert heading(driver) == "Have a look at your mail"
    driver.get(link_in(world))
    assert heading(driver) == "Welcome back" and fits(driver)
    press(driver)
    assert heading(driver) == "My requests" and fits(driver)
    Select(driver.find_element(By.ID, "status")).select_by_value("solved")
    press(driver, ".choices button")
    assert "no request here" in driver.find_element(By.TAG_NAME, "main").text
    Select(driver.find_element(By.ID, "status")).select_by_value("all")
    press(driver, ".choices button")
    sized(driver, DESKTOP)
    assert fits(driver) and driver.find_element(By.CSS_SELECTOR, "tbody td").text == number
    press(driver, "thead a")
    assert driver.find_element(By.CSS_SELECTOR, "th[aria-sort=descending]").text.startswith("Number")
    sized(driver, PHONE)
    press(driver, "tbody th a")
    assert driver.current_url.endswith(f"/my/{number}") and fits(driver)
    assert heading(driver).startswith("A very long title")
    driver.find_element(By.TAG_NAME, "summary").click()
    assert "quoted before" in driver.find_element(By.TAG_NAME, "details").text
    press(driver, ".ways a[href$=profile]")
    assert heading(driver) == "My profile" and fits(driver)
    driver.find_element(By.ID, "name").clear()
    driver.find_element(By.ID, "name").send_keys("Ada King")
    Select(driver.find_element(By.ID, "language")).select_by_value("de")
    press(driver)
    assert "Saved." in driver.find_element(By.CSS_SELECTOR, "[role=status]").text
    assert "Guten Tag Ada King" in world.mails()[-1].get_content()
    press(driver, "button[value=everywhere]")
    assert heading(driver) == "You are logged out"
    go(driver, world, f"/my/{number}")
    assert driver.current_url.endswith(f"/tickets/{number}")
    assert refused_by_the_browser(driver) == []


def test_what_strangers_write_stays_text(world: World, driver: Chrome) -> None:
    number = a_conversation(world.store, title=NASTY, text=NASTY, author=Address(NASTY, ADA.address)).number
    go(driver, world, f"/l/{world.invite(Purpose.LOOK, ADA.address, number)}")
    press(driver)
    assert heading(driver) == NASTY and driver.title.startswith("<script>")
    assert driver.find_element(By.CSS_SELECTOR, ".text").text == NASTY
    assert driver.find_elements(By.TAG_NAME, "script") == driver.find_elements(By.TAG_NAME, "img") == []


def test_another_sites_form_is_refused(world: World, driver: Chrome) -> None:
    secret = world.invite(Purpose.REGISTER, ADA.address)
    form = f"<form id=f method=post action={world.web.url}/r/{secret}><button>x</button></form>"
    driver.get(f"data:text/html,{form}")
    press(driver)
    assert heading(driver) == "That did not come from this page"
    assert world.get(f"/r/{secret}").status == 200
