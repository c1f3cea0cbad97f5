"""The headers that describe the body."""

import re
from collections.abc import Mapping

from lambda_code.receiver.http import ProblemError

ACCEPTED = ("application/cloudevents+json", "application/cloudevents-batch+json", "application/json")
"""Media types that are accepted without `ce-` headers."""

_JSON = re.compile(r"\A[^/]+/([^/]+\+)?json\Z")
_PARAMETER = re.compile(r';\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
# JSON is UTF-8 whatever this parameter says (RFC 8259, section 11), of which US-ASCII is a part. Another
# encoding is a mistake that would garble texts.
_CHARSETS = ("", "utf-8", "utf8", "utf_8", "us-ascii", "ascii")


def media_type_of(headers: Mapping[str, str]) -> str:
    """The media type in lower case, empty where there is none; raises ProblemError where the body can't be read."""
    media_type, separator, parameters = headers.get("content-type", "").lower().partition(";")
    media_type = media_type.strip()
    if separator and is_json(media_type):
        for name, value in _PARAMETER.findall(separator + parameters):
            if name == "charset" and value.strip(" \t\"'") not in _CHARSETS:
                raise ProblemError(415, "unsupported_charset", "send UTF-8")
    if headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
        refusal = {"accept-encoding": "identity"}
        raise ProblemError(415, "unsupported_encoding", "send the body uncompressed", headers=refusal)
    return media_type


def is_json(media_type: str) -> bool:
    """Whether it is a media type of JSON, such as `application/json` or `application/vnd.order+json`."""
    return _JSON.match(media_type) is not None
