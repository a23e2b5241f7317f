"""Energy and carbon of a token: what is stated is exact, what is estimated has its band, against published figures."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from comity.posture.replay.energy import ALL_IN, IDLE, SERVER, joules_out, rates
from tests.posture.replay.tour import stack


def test_what_is_stated_is_taken_at_its_word() -> None:
    found = rates(stack(), "paris-civic")  # 0.2 kWh per 10^6 tokens, PUE 1.2, 56 g per kWh
    assert found.token_out.low == pytest.approx(0.2 / 1000 * 1.2)
    assert found.token_out.value == pytest.approx(0.2 / 1000 * 1.2 * 1.43 * 1.12)
    assert found.carbon.value == pytest.approx(0.056)
    assert not found.energy_estimated and not found.carbon_estimated


def test_what_stands_around_the_chip_is_what_google_says() -> None:
    """arXiv 2508.15734: 1.72 from accelerator to all, at a PUE of 1.09; 2.4 from its narrower approach, with overhead."""
    assert pytest.approx(1.72, rel=0.02) == SERVER * IDLE * 1.09
    assert pytest.approx((0.24 - 0.02) / 0.10) == ALL_IN and pytest.approx(2.4, rel=0.005) == ALL_IN * 1.09


@pytest.mark.parametrize(
    ("active", "whole", "measured"),
    # ML.ENERGY, data of 2026-02-16, H100, J per output token: with inter-token latency up to 50 ms, and at batch 8
    [(8, 8, (0.070, 0.45)), (32, 32, (0.228, 1.73)), (70, 70, (0.479, 3.76)), (405, 405, (2.43, 14.0))],
)
def test_the_fit_lies_between_what_was_measured_at_large_and_at_small_batches(active, whole, measured) -> None:
    assert measured[0] < joules_out(active, whole) < measured[1] * 2


def test_a_chat_of_four_hundred_tokens_is_within_what_is_published() -> None:
    """0.1 to 0.6 Wh for a prompt of a large hosted model: Google, Microsoft, Epoch, OpenAI, 2025 and 2026."""
    made = estimated("llama-3-1-70b")
    chat = 400 * made.token_out.value + 300 * made.token_in.value
    assert 0.1 < chat < 0.6
    assert made.token_out.low < made.token_out.value < made.token_out.high


def test_without_a_size_the_band_is_wide_and_says_so() -> None:
    known, unknown = estimated("llama-3-1-70b"), estimated("gpt-4o")
    assert unknown.energy_estimated
    assert unknown.token_out.high / unknown.token_out.low > 4 * known.token_out.high / known.token_out.low


def test_of_a_mixture_the_active_part_counts() -> None:
    assert estimated("qwen3-235b-a22b").token_in.value == pytest.approx(estimated("other-22b").token_in.value)


def estimated(model: str):
    made = stack()
    models = {**made.models, model: made.models["civic-tiny"]}
    deployment = replace(made.deployments["paris-civic"], model=model, energy=None)
    return rates(
        replace(made, models=models, deployments={**made.deployments, "paris-civic": deployment}), "paris-civic"
    )
