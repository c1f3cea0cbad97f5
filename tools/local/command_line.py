"""The command line of `python -m tools.local`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from stacks.packaging import PackagingError
from stacks.settings import SettingsError
from tools.errors import ToolError
from tools.local.accounts import forget_other_settings
from tools.local.commands import Commands
from tools.local.environment import parse_regions
from tools.progress import Progress

ROOT = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str]) -> int:
    """Runs a command; returns the exit status: 1 it failed, 2 wrong arguments or settings."""
    asked = _parser().parse_args(arguments)
    forget_other_settings(os.environ)
    commands = Commands(root=ROOT, progress=Progress())
    try:
        return _run(commands, asked)
    except (SettingsError, PackagingError) as error:
        print(error, file=sys.stderr)
        return 2
    except ToolError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"\nThe emulator failed ({error}): see {commands.emulator.log}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{_interrupted(commands)}", file=sys.stderr)
        return 130


def _interrupted(commands: Commands) -> str:
    running = commands.emulator.running()
    still = (
        f" The emulator from before is still running at {running.url}: `make local-down` stops it." if running else ""
    )
    return f"Interrupted; everything that this command started has been stopped.{still}"


def _run(commands: Commands, asked: argparse.Namespace) -> int:
    if asked.command == "up":
        return commands.up(parse_regions(asked.regions))
    if asked.command == "send":
        return commands.send(asked.data, asked.region)
    return {"down": commands.down, "logs": commands.logs, "status": commands.status}[asked.command]()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.local", description="Run the environment local on an AWS emulator."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start the emulator, deploy to it, send an event and a file")
    up.add_argument("--regions", help="separated by commas (default: those running, else those of local.toml)")
    commands.add_parser("down", help="destroy everything with Terraform, check that nothing is left, stop the emulator")
    send = commands.add_parser("send", help="send another signed event")
    send.add_argument("--data", default='{"hello": "again"}', help="the event's data as JSON")
    send.add_argument("--region", help="the region to send it to (default: the first)")
    commands.add_parser("logs", help="show the functions' latest log lines")
    commands.add_parser("status", help="show what is running, what is stored, and the alarms")
    return parser
