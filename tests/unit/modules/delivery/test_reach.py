"""What placeholders stand for."""

import pytest

from tests.unit.modules.delivery.reach import make_reach


def test_a_template_is_filled_with_every_combination() -> None:
    reach = make_reach(suffixes=("pr1*", "pr2*"), key_users=("lambda", "s3"))
    assert reach.fill("{key_user}: {stack}") == (
        "lambda: tap-pr1*-*",
        "lambda: tap-pr2*-*",
        "s3: tap-pr1*-*",
        "s3: tap-pr2*-*",
    )


def test_a_text_without_placeholders_stays_as_it_is() -> None:
    assert make_reach().fill("*", "arn:aws:route53:::change/*") == ("*", "arn:aws:route53:::change/*")


def test_names_are_those_of_the_suffixes_and_purposes() -> None:
    reach = make_reach(suffixes=("pr1*", "pr2*"), buckets=("inbox",), roles=("receiver",), cut_buckets=("inbox",))
    assert reach.fill("{name}") == ("tap-*-pr1*", "tap-*-pr2*")
    assert reach.fill("{role}") == ("tap-receiver-pr1*-*", "tap-receiver-pr2*-*")
    assert reach.fill("{bucket}") == (
        "tap-inbox-pr1*-*-111111111111",
        "tap-inbox-pr2*-*-111111111111",
        "tap-inbox-pr1*-*-????????",
        "tap-inbox-pr2*-*-????????",
    )
    assert reach.fill("{stack}") == ("tap-pr1*-*", "tap-pr2*-*")


def test_domains_are_reached_only_with_a_zone() -> None:
    assert make_reach().fill("/{api}") == ("/apis", "/apis/*", "/tags/*")
    assert "/domainnames" in make_reach(zone_id="Z1").fill("/{api}")


@pytest.mark.parametrize("placeholder", ["boundary", "zone"])
def test_a_placeholder_without_a_value_is_refused(placeholder: str) -> None:
    with pytest.raises(ValueError, match=f"the reach has no {placeholder}, which {{{placeholder}}} needs"):
        make_reach().fill(f"{{{placeholder}}}")


def test_a_condition_is_a_text_or_a_list_as_it_was_written() -> None:
    one = make_reach(boundary="arn:b").statement(
        "One",
        ["iam:CreateRole"],
        resources=["*"],
        conditions={"StringEquals": {"iam:PermissionsBoundary": "{boundary}", "aws:ResourceTag/Stack": ("{stack}",)}},
    )
    assert one.conditions == {
        "StringEquals": {"iam:PermissionsBoundary": "arn:b", "aws:ResourceTag/Stack": ["tap-dev-*"]}
    }
