"""Environments as data: one TOML file each, checked completely before anything is synthesized."""

from stacks.settings.environments import Environment, select_environments, wants_bootstrap
from stacks.settings.load import load_settings, parse_settings
from stacks.settings.model import FUNCTIONS, Settings
from stacks.settings.problems import Problem, SettingsError
from stacks.settings.tap_stack_args import TapStackArgs, resolve_region

__all__ = [
    "FUNCTIONS",
    "Environment",
    "Problem",
    "Settings",
    "SettingsError",
    "TapStackArgs",
    "load_settings",
    "parse_settings",
    "resolve_region",
    "select_environments",
    "wants_bootstrap",
]
