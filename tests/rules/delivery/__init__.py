"""Rules on the roles of GitHub Actions: who may assume them, and what they may do."""

from tests.rules.delivery import actions, attachments, escalation, reach, regions, trust  # noqa: F401  # each registers its rules
