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
