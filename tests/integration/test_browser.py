"""Pages of the settings' origins may send events from a real browser, and pages of others may not."""

import json
import uuid
from pathlib import Path

import pytest

from tests.integration.browser import NAMES, fetch_from_page, find_browser
from tests.integration.deployment import Deployment
from tests.integration.sender import Sender
from tests.integration.signing import signed

pytestmark = pytest.mark.integration

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def browser() -> str:
    program = find_browser()
    if program is None:
        pytest.skip(f"no browser is installed: looked for {', '.join(NAMES)}")
    return program


@pytest.fixture
def origin(deployment: Deployment) -> str:
    """An origin that the deployment lets in, and that a page can have without a certificate."""
    found = [one for one in deployment.settings.api.cors_origins if one.startswith("http://") and one.count(":") == 1]
    if not found:
        pytest.skip(f"{deployment.stack} lets in no page that is shown over http: see api.cors_origins")
    return found[0]


def _post(
    browser: str, home: Path, origin: str, deployment: Deployment, sender: Sender, **attributes: str
) -> dict[str, object]:
    """What a page of the origin gets for an event with these attributes, signed and in binary mode."""
    body = json.dumps({"case": "browser"})
    message = f"{sender.mark}-{uuid.uuid4().hex}"
    own = {"specversion": "1.0", "id": message, "source": f"/tests/{sender.mark}", "type": "tests.event"}
    headers = {
        **signed(deployment.signing_secret(), message, body.encode()),
        **{f"ce-{name}": value for name, value in {**own, **attributes}.items()},
        "traceparent": TRACE,
    }
    url = deployment.target.api_url(deployment.outputs["api_id"], deployment.outputs["api_url"]) + "/process"
    return fetch_from_page(browser, home, origin, url, headers=headers, body=body)


def test_a_page_sends_an_event_with_extensions_of_any_name(
    browser: str, origin: str, deployment: Deployment, sender: Sender, tmp_path: Path
) -> None:
    attributes = {"dataschema": "https://example.com/schema", "traceparent": TRACE, "comexampletenant": "blue"}
    answer = _post(browser, tmp_path, origin, deployment, sender, **attributes)
    assert answer.get("status") == 202, answer
    (stored,) = sender.wait_for_stored(case="browser")
    assert stored.items() >= attributes.items()


def test_a_page_reads_why_it_was_refused(
    browser: str, origin: str, deployment: Deployment, sender: Sender, tmp_path: Path
) -> None:
    answer = _post(browser, tmp_path, origin, deployment, sender, time="yesterday")
    assert answer.get("status") == 422, answer
    assert json.loads(str(answer["body"]))["attribute"] == "time"


def test_a_page_of_another_origin_is_stopped_by_the_browser(
    browser: str, origin: str, deployment: Deployment, sender: Sender, tmp_path: Path
) -> None:
    answer = _post(browser, tmp_path, "http://elsewhere.example.com", deployment, sender)
    assert origin != "http://elsewhere.example.com"
    assert "status" not in answer
    assert "TypeError" in str(answer["error"])
