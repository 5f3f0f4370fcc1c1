"""A page in a browser: it opens from a file without a complaint, and answers to mouse and keyboard."""

from __future__ import annotations

import os
import shutil

import pytest
from conftest import REPOSITORY
from playwright.sync_api import Page, expect, sync_playwright

AXE = REPOSITORY / "envs/node_modules/axe-core/axe.min.js"
"""`envs/vendor.sh` puts it there."""

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("reports")]


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None or not AXE.exists():
        assert "CI" not in os.environ, "CI installs Chromium and axe-core"
        pytest.skip("needs Chromium, and axe-core by envs/vendor.sh")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def view(browser, page):
    """Opens the page of the small experiment; all that the browser complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(width=1400, **how) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **how)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: asked(request.url))
        tab.goto(page.file.as_uri())
        tab.wait_for_selector("html[data-ready]", state="attached")
        return tab

    def asked(url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            complaints.append(f"asked the network for {url}")

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def chosen(tab: Page) -> dict[str, str]:
    names = ("curve", "value", "member")
    return {name: tab.locator(f"[data-choose={name}]").input_value() for name in names}


def path_of(tab: Page, chart: str) -> str:
    """The lines that a chart draws."""
    lines = tab.locator(f"{chart} .mark-line path")
    return " ".join(str(line.get_attribute("d")) for line in lines.all())


def test_every_chart_is_drawn(view):
    tab = view()
    charts = tab.locator(".chart")
    assert charts.count() == 2 + 2 + 2  # two variables; D_stsp and D_H; orbit and spectrum
    for chart in charts.all():
        assert chart.get_attribute("role") == "img"
        assert len(str(chart.get_attribute("aria-label"))) > 20
        assert chart.locator("svg path[d]").count() > 0


def test_pointing_tells_and_clicking_picks(view):
    tab = view()
    before = chosen(tab)
    panel = tab.locator("[data-panel='0'] svg")
    panel.scroll_into_view_if_needed()
    box = panel.bounding_box()
    other = 0.2 if before["value"] == "9" else 0.85
    at = (box["x"] + other * box["width"], box["y"] + box["height"] / 2)
    tab.mouse.move(*at)
    expect(tab.locator(".tip")).to_contain_text("D_stsp")
    expect(tab.locator(".tip")).to_contain_text("member")
    orbit = path_of(tab, "[data-orbit]")
    tab.mouse.click(*at)
    expect(tab.locator("[data-choose=value]")).not_to_have_value(before["value"])
    assert path_of(tab, "[data-orbit]") != orbit


def test_all_can_be_done_by_keyboard(view):
    tab = view(reduced_motion="reduce")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "To the answer"
    for name in ("value", "member"):
        before, status = chosen(tab), tab.locator(".status").inner_text()
        select = tab.locator(f"[data-choose={name}]")
        select.focus()
        last = select.locator("option").last.get_attribute("value")
        tab.keyboard.press("ArrowUp" if before[name] == last else "ArrowDown")
        assert chosen(tab)[name] != before[name]
        expect(tab.locator(".status")).not_to_have_text(status)
    box = tab.locator("[data-curve='0']")
    lines = tab.locator("[data-panel='0'] .mark-line path")
    assert lines.count() == 1
    box.focus()
    tab.keyboard.press("Space")
    expect(lines).to_have_count(0)
    tab.keyboard.press("Space")
    expect(lines).to_have_count(1)


def test_what_is_told_of_a_member_is_what_was_measured(view, page):
    tab = view()
    run = int(chosen(tab)["member"])
    told = float(tab.locator("[data-fact=D_stsp]").inner_text())
    assert told == pytest.approx(page.explorer["runs"]["D_stsp"][run], rel=5e-3)


def test_nothing_is_wider_than_a_phone(view):
    tab = view(400, is_mobile=True, has_touch=True)
    assert tab.evaluate("document.documentElement.scrollWidth") == 400
    narrow = tab.locator("figure img").first
    narrow.scroll_into_view_if_needed()
    assert tab.evaluate(
        "image => image.currentSrc === image.parentElement.querySelector('source').srcset",
        narrow.element_handle(),
    )


def test_on_paper_everything_is_open(view):
    tab = view()
    assert tab.locator("main details:not([open])").count() > 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("main details:not([open])").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("main details[open]").count() == 0


@pytest.mark.parametrize("width", [1400, 400])
def test_axe_finds_nothing(view, width):
    """Of the accessibility rules that a program can check (WCAG 2)."""
    tab = view(width)
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    found = tab.evaluate("axe.run()")
    assert len(found["passes"]) > 20
    assert [(each["id"], each["impact"]) for each in found["violations"]] == []


def test_an_orbit_in_space_turns(browser, tmp_path):
    """By its button, by its slider, and by dragging; not by itself where motion is not wanted."""
    from .made import SMALL, page_of, written

    series = {"l": {"system": "lorenz63", "dt": 0.05, "steps": 3_000, "transient": 5.0}}
    written(tmp_path, {**SMALL, "series": series})
    context = browser.new_context(reduced_motion="reduce")
    tab = context.new_page()
    tab.goto(page_of(tmp_path, "small").file.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    seen = [path_of(tab, "[data-orbit]")]

    def moved() -> bool:
        seen.append(path_of(tab, "[data-orbit]"))
        return seen[-1] != seen[-2]

    tab.wait_for_timeout(200)
    assert not moved()
    slider = tab.locator("[data-azimuth]")
    slider.focus()
    tab.keyboard.press("ArrowRight")
    assert moved()
    orbit = tab.locator("[data-orbit] svg")
    orbit.scroll_into_view_if_needed()
    box = orbit.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 60, middle[1])
    tab.mouse.up()
    assert moved()
    button = tab.locator("[data-turn]")
    button.focus()
    tab.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    tab.wait_for_timeout(300)
    assert moved()
    tab.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    moved()
    tab.wait_for_timeout(200)
    assert not moved()
    context.close()
