"""What people put into the signing secret: it is taken, or a line of the log says what is wrong with it."""

from __future__ import annotations

import base64
import json
import logging

import pytest

from lambda_code.receiver.signature import flaws_of
from tests.unit.lambda_code.receiving import SECRET, World, signed

KEY = bytes(range(229, 255)) + b"\x00\xfb\xff\xfe"  # its base64 has characters in which the alphabets differ
PLAIN = base64.b64encode(KEY).decode()
URL_SAFE = base64.urlsafe_b64encode(KEY).decode()
FORMS = {
    "as generated": (SECRET, SECRET),
    "base64": (PLAIN, PLAIN),
    "with a prefix": (f"whsec_{PLAIN}", PLAIN),
    "with a version and a prefix": (f"v1,whsec_{PLAIN}", PLAIN),
    "with a version": (f"v1,{PLAIN}", PLAIN),
    "without padding": (PLAIN.rstrip("="), PLAIN),
    "URL-safe": (URL_SAFE, PLAIN),
    "URL-safe with a prefix, without padding": (f"whsec_{URL_SAFE.rstrip('=')}", PLAIN),
    "with a line end": (f"{PLAIN}\n", PLAIN),
    "with a prefix and a line end": (f"whsec_{PLAIN}\r\n", PLAIN),
    "between blanks": (f"  whsec_{PLAIN}  ", PLAIN),
    "on two lines": (f"{PLAIN[:20]}\n{PLAIN[20:]}\n", PLAIN),
    "after a byte order mark": (f"\ufeff{PLAIN}", PLAIN),
    "an object": (json.dumps({"secret": PLAIN}), PLAIN),
    "an object with a prefix": (json.dumps({"secret": f"v1,whsec_{PLAIN}"}), PLAIN),
    "an object with one member": (json.dumps({"SIGNING_SECRET": f"whsec_{PLAIN}"}), PLAIN),
    "an object with more": (json.dumps({"name": "x", "secret": PLAIN}, indent=2), PLAIN),
    "an object of a list": (json.dumps({"secret": ["b3RoZXI=", PLAIN]}), PLAIN),
    "a list": (json.dumps(["b3RoZXI=", f"whsec_{PLAIN}"]), PLAIN),
    "a JSON text": (json.dumps(f"whsec_{PLAIN}"), PLAIN),
    "the first of several on lines": (f"whsec_{PLAIN}\nwhsec_b3RoZXI=\n", PLAIN),
    "the last of several on lines": (f"whsec_b3RoZXI=\r\nwhsec_{PLAIN.rstrip('=')}", PLAIN),
    "one of several after a comma": (f"whsec_b3RoZXI=, whsec_{PLAIN}", PLAIN),
    "one of several with a version": (f"v1,whsec_b3RoZXI= v1,whsec_{PLAIN}", PLAIN),
    "one of several in one JSON text": (json.dumps({"secret": f"v1,whsec_{PLAIN},v1,whsec_b3RoZXI="}), PLAIN),
    "with a version, a blank and a prefix": (f"v1, whsec_{PLAIN}", PLAIN),
    "with a prefix in upper case": (f"WHSEC_{PLAIN}", PLAIN),
    "digits": ("123456789012", "123456789012"),
    "a word of JSON": ("true", "true"),
    "no base64": ("not base64!", base64.b64encode(b"not base64!").decode()),
    "with hyphens, and meant as it is": ("my-own-secret-01", base64.b64encode(b"my-own-secret-01").decode()),
}


@pytest.mark.parametrize(("stored", "secret"), FORMS.values(), ids=FORMS.keys())
def test_a_secret_is_taken_in_every_form_in_which_people_have_it(stored: str, secret: str) -> None:
    world = World(secrets={"AWSCURRENT": stored})
    assert world.post(b"{}", **signed(b"{}", world.clock, secret)).status == 202
    assert world.post(b"{}", **signed(b"{}", world.clock, "b3RoZXIgc2VjcmV0")).status == 401


WRONG = {
    "nothing": ("", "contains no key"),
    "blanks": (" \n", "contains no key"),
    "an object without a secret": ('{"user": "canary", "password": "canary"}', "without a member called secret"),
    "an empty object": ("{}", "without a member called secret"),
    "an object of a number": ('{"secret": 7}', "something other than texts"),
    "an object of an object": ('{"secret": {"canary": "canary"}}', "something other than texts"),
    "a list of numbers": ("[1, 2]", "something other than texts"),
    "an empty list": ("[]", "contains no key"),
    "a private key": ("whsk_Y2FuYXJ5Y2FuYXJ5", "asymmetric"),
    "a public key": ("v1a,whpk_Y2FuYXJ5", "not base64"),
}


@pytest.mark.parametrize(("stored", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_with_a_secret_is_logged_and_the_secret_is_not(
    stored: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world = World(secrets={"AWSCURRENT": stored})
    answer = world.post(b"{}", **signed(b"{}", world.clock))
    assert answer.status in (401, 503)
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert reason in logged
    assert "canary" not in logged
    assert "Y2FuYXJ5" not in logged
    assert reason not in answer.text


def test_json_that_is_cut_short_is_noted() -> None:
    assert "begins like JSON" in " ".join(flaws_of('{"secret": "x"'))


def test_a_good_secret_is_no_matter_for_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world = World(secrets={"AWSCURRENT": f"v1,whsec_{SECRET}", "AWSPREVIOUS": json.dumps([SECRET])})
    world.post(b"{}", **signed(b"{}", world.clock))
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
