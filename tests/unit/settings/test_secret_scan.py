"""Values that look like a secret are refused, and ordinary ones are not."""

import pytest

from stacks.settings import SettingsError, parse_settings
from stacks.settings.secret_scan import secret_kind
from tests.unit.settings.factory import make_settings


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("AKIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("key ASIAIOSFODNN7EXAMPLE", "an AWS access key"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", "a private key"),
        ("-----BEGIN PRIVATE KEY-----", "a private key"),
        ("whsec_bm90LWEtcmVhbC1zZWNyZXQ=", "a webhook signing secret"),
        ("ghp_abcdefghijklmnop", "an access token"),
        ("xoxb-1234-abcd", "an access token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "an access token"),
        ("https://user:pass@example.com/repository", "a URL with a password"),
        ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "a random secret"),
        ("q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=", "a random secret"),
    ],
)
def test_a_secret_is_recognised(text: str, kind: str) -> None:
    assert secret_kind(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "platform-team",
        "Platform-Engineering-Team-Europe-42",
        "https://github.com/example/TapStack-Event-Pipeline-2026",
        "https://login.microsoftonline.example.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
        "https://user@example.com:8443/x",
        "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
        "Z0123456789EXAMPLE",
        "0" * 64,
    ],
)
def test_an_ordinary_text_is_no_secret(text: str) -> None:
    assert secret_kind(text) is None


def test_an_audience_may_be_random_but_not_a_key() -> None:
    random = "wJalrXUtnFEMIQK7MDENGbPxRfiCYEXAMPLEKEY1"
    api = {"auth": "jwt", "jwt_issuer": "https://login.example.com/", "jwt_audience": [random]}
    assert make_settings(api=api).api.jwt_audience == (random,)
    with pytest.raises(SettingsError, match="an AWS access key, not shown here"):
        make_settings(api={**api, "jwt_audience": ["AKIAIOSFODNN7EXAMPLE"]})


def test_a_secret_is_shown_nowhere_whether_key_or_value() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    data = {secret: 1, "owner": secret, "regions": [secret, secret], "api": {"auth": [secret]}, "edge": {"x": secret}}
    with pytest.raises(SettingsError) as caught:
        parse_settings({**data, "alarms": secret, "budget": {secret: secret}})
    assert secret[:8] not in str(caught.value)
    assert '"(hidden)": unknown key' in str(caught.value)
