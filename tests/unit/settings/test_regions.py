"""The list of regions is AWS's."""

import botocore.session

from stacks.regions import KNOWN_REGIONS


def test_the_known_regions_are_those_of_the_commercial_partition() -> None:
    assert set(botocore.session.get_session().get_available_regions("kinesis", "aws")) == KNOWN_REGIONS
