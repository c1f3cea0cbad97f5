"""The regions that a deployment may name."""

from typing import Annotated

from pydantic import AfterValidator

from modules.section import Allowed

# AWS General Reference, "AWS Regions": the commercial partition, whose ARNs begin with `arn:aws:`.
# A test compares the list with botocore's endpoint data.
KNOWN_REGIONS = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-central-1",
        "ca-west-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "mx-central-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
    }
)


def _known_region(value: str) -> str:
    if value not in KNOWN_REGIONS:
        raise ValueError("no such region")
    return value


Region = Annotated[str, AfterValidator(_known_region), Allowed("an AWS region, such as us-east-1", KNOWN_REGIONS)]
