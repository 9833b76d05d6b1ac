"""Settings: read once, refused with the variable's name."""

import pytest

from service.settings import SettingsRefused, read_settings

OWN = {
    "XUETU_DATABASE_URL": "postgresql+asyncpg://xuetu_app@db/xuetu",
    "XUETU_KEY_FILE": "keys.json",
}


def test_without_an_address_the_product_runs_its_own_servers() -> None:
    settings = read_settings({})
    assert settings.embedded
    assert settings.clock == "system"
    assert settings.crash_at is None


def test_with_an_address_it_does_not() -> None:
    assert not read_settings(OWN).embedded


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (OWN | {"XUETU_CLOCK": "stored"}, "XUETU_CLOCK"),
        (OWN | {"XUETU_CRASH_AT": "once_kept"}, "XUETU_CRASH_AT"),
        ({"XUETU_DATABASE_URL": OWN["XUETU_DATABASE_URL"]}, "XUETU_KEY_FILE"),
        ({"XUETU_CLOCK": "yesterday"}, "XUETU_CLOCK"),
        ({"XUETU_PORT": "http"}, "XUETU_PORT"),
        ({"XUETU_PORT": "65536"}, "XUETU_PORT"),
        ({"XUETU_CHUNK_ROWS": "0"}, "XUETU_CHUNK_ROWS"),
        ({"XUETU_SIGN_IN_FAILURES": "0"}, "XUETU_SIGN_IN_FAILURES"),
        ({"XUETU_SIGN_IN_MINUTES": "1441"}, "XUETU_SIGN_IN_MINUTES"),
        ({"XUETU_LOG_LEVEL": "loud"}, "XUETU_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsRefused, match=named):
        read_settings(environment)


def test_the_stored_clock_and_crash_points_are_for_the_embedded_mode() -> None:
    settings = read_settings({"XUETU_CLOCK": "stored", "XUETU_CRASH_AT": "once_kept:2"})
    assert settings.clock == "stored"
    assert settings.crash_at == "once_kept:2"
