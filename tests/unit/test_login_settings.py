"""What the environment says about logins: read whole, or every fault named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.sources.login import PROVIDER, LoginSettings

WHOLE = {
    "ATLAS_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "ATLAS_OIDC_CLIENT_ID": "atlas",
    "ATLAS_OIDC_CLIENT_SECRET": "geheim-geheim",
    "ATLAS_COOKIE_SECRET": "0123456789abcdef" * 2,
}
ADDRESS = "https://atlas.example/karte"


def places(address: str, environment: dict[str, str]) -> list[str]:
    with pytest.raises(AtlasError) as caught:
        LoginSettings.from_environment(address, environment)
    assert not any(secret in str(caught.value) for secret in ("geheim-geheim", "0123456789abcdef"))
    return [problem.place for problem in caught.value.problems]


def test_nothing_is_configured_by_default() -> None:
    settings = LoginSettings.from_environment("", {})
    assert (settings.provider, settings.local_editor) == (None, "")
    assert settings.rights == Path("/etc/praeventionsatlas/rights.toml")


def test_a_whole_login_is_read_and_its_secrets_are_not_shown() -> None:
    settings = LoginSettings.from_environment(ADDRESS, WHOLE | {"ATLAS_RIGHTS": "/srv/rights.toml"})
    assert settings.provider is not None
    assert settings.provider.redirect_uri == "https://atlas.example/karte/oauth2callback"
    assert settings.rights == Path("/srv/rights.toml")
    assert "geheim-geheim" not in repr(settings)
    assert WHOLE["ATLAS_COOKIE_SECRET"] not in repr(settings)


@pytest.mark.parametrize("missing", PROVIDER)
def test_a_login_with_a_part_missing_is_none(missing: str) -> None:
    assert places(ADDRESS, WHOLE | {missing: " "}) == [missing]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = {
        "ATLAS_OIDC_METADATA_URL": "http://login.example",
        "ATLAS_COOKIE_SECRET": "kurz",
        "ATLAS_LOCAL_EDITOR": "Erika",
    }
    assert places("http://atlas.example", wrong) == [
        "ATLAS_OIDC_CLIENT_ID",
        "ATLAS_OIDC_CLIENT_SECRET",
        "ATLAS_OIDC_METADATA_URL",
        "ATLAS_ADDRESS",
        "ATLAS_COOKIE_SECRET",
        "ATLAS_LOCAL_EDITOR",
    ]
    assert places("", WHOLE) == ["ATLAS_ADDRESS"]
    assert places(ADDRESS, WHOLE | {"ATLAS_OIDC_METADATA_URL": "https://["}) == ["ATLAS_OIDC_METADATA_URL"]


def test_plain_http_is_for_the_machine_itself() -> None:
    own = WHOLE | {"ATLAS_OIDC_METADATA_URL": "http://127.0.0.1:9400/.well-known/openid-configuration"}
    assert LoginSettings.from_environment("http://localhost:8501", own).provider is not None


def test_a_local_editor_and_a_public_address_exclude_each_other() -> None:
    assert places("https://atlas.example", {"ATLAS_LOCAL_EDITOR": "Erika"}) == ["ATLAS_LOCAL_EDITOR"]
    assert places("", {"ATLAS_LOCAL_EDITOR": "E" * 81}) == ["ATLAS_LOCAL_EDITOR"]
    assert places("", {"ATLAS_LOCAL_EDITOR": "Erika\nAdmin"}) == ["ATLAS_LOCAL_EDITOR"]
    assert (
        LoginSettings.from_environment("http://localhost:8501", {"ATLAS_LOCAL_EDITOR": " Erika "}).local_editor
        == "Erika"
    )
