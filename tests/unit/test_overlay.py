"""The default overlay asks for what the national document names, by training mode."""

from domain.policy.overlay import DEFAULT_OVERLAY, Stage


def test_the_cooperation_agreement_is_asked_only_with_a_provider() -> None:
    """Shows FIL-16, FIL-20."""
    with_provider = [rule.kind for rule in DEFAULT_OVERLAY.asks_for(Stage.FILING, in_house=False)]
    in_house = [rule.kind for rule in DEFAULT_OVERLAY.asks_for(Stage.FILING, in_house=True)]
    assert with_provider == [
        "training_plan",
        "labour_contracts",
        "training_agreement",
        "cooperation_agreement",
    ]
    assert in_house == with_provider[:3]


def test_a_settlement_is_asked_for_its_video_and_a_provider_for_a_receipt_too() -> None:
    """Shows EVD-01."""
    with_provider = DEFAULT_OVERLAY.asks_for(Stage.SETTLEMENT, in_house=False)
    in_house = DEFAULT_OVERLAY.asks_for(Stage.SETTLEMENT, in_house=True)
    assert [rule.kind for rule in with_provider] == ["training_video", "training_receipt"]
    assert [rule.kind for rule in in_house] == ["training_video"]
