"""Unit 14's figure in a real browser, with a real kernel behind it.

With N2R_SCREENSHOTS=1 the picture in assets/screenshots is drawn anew.
"""

import re

from playwright.sync_api import expect

from tests.browser.figures import (
    CONTRAST_OF_TEXT,
    contrast,
    learners_code,
    save_screenshot,
    show,
)

LEARNERS_CODE = learners_code("gated_networks")
CELL = (
    "from nand2resnet.widgets import ChannelGates\n"
    "ChannelGates(small, small.gate, pictures, labels)"
)
NAME = "Channel gates"


def shares(figure):
    """What is read of each digit."""
    return [float(share) for share in figure.get_attribute("data-right").split(",")]


def test_a_digit_fades_when_its_gate_closes(page):
    figure = show(page, CELL, NAME, learners_code=LEARNERS_CODE)
    words = figure.locator(".n2r-verdict")
    expect(words).to_contain_text("All gates as they are")
    before = shares(figure)
    assert len(before) == 10
    assert figure.locator("td.n2r-gate").count() == 80

    figure.get_by_role("button", name="Close the channel that 3 needs most").click()
    expect(words).to_contain_text(re.compile(r"Channel \d closed"))
    after = shares(figure)
    assert after[3] < before[3]
    save_screenshot(figure, "channel_gates")
    closed = int(figure.get_attribute("data-closed"))
    button = figure.get_by_role("button", name=f"Close channel {closed}", exact=True)
    expect(button).to_have_attribute("aria-pressed", "true")
    assert figure.locator("td.n2r-closed").count() == 10

    button.press("Enter")  # and open again, by keyboard
    expect(words).to_contain_text("All gates as they are")
    assert shares(figure) == before

    for channel in (1, 6):
        figure.get_by_role("button", name=f"Close channel {channel}", exact=True).press("Space")
    expect(words).to_contain_text("Channels 1, 6 closed")
    expect(figure.get_by_role("status")).to_contain_text("Channels 1, 6 closed")
    figure.get_by_role("radio", name="how they differ").press("Space")
    expect(figure.locator(".n2r-gates-key")).to_contain_text("less open")
    assert figure.locator("td.n2r-less").count() > 0
    figure.get_by_role("button", name="Reset").click()
    expect(words).to_contain_text("All gates as they are")
    expect(figure.locator(".n2r-gates-key")).to_contain_text("half open")
    assert figure.get_attribute("data-closed") == ""


def test_it_can_be_read_in_both_themes(page):
    figure = show(page, CELL, NAME, learners_code=LEARNERS_CODE)
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.set_theme(theme)
        for selector in (".n2r-verdict span", ".n2r-gates-key", ".n2r-share", ".n2r-channel"):
            assert contrast(figure, selector, "color") >= CONTRAST_OF_TEXT, (theme, selector)
        save_screenshot(figure, f"channel_gates_{theme.split()[-1].lower()}")


def test_a_block_that_is_not_written_is_told_calmly(page):
    stub = LEARNERS_CODE.replace(
        "return torch.sigmoid(self.w2(torch.relu(self.w1(x.mean((2, 3))))))",
        "raise NotImplementedError",
    ).replace("x * self.gates(x)[:, :, None, None]", "x")
    figure = show(page, CELL, NAME, learners_code=stub)
    expect(figure.locator(".n2r-trouble")).to_contain_text("gates is not written yet")
