"""boto3 clients for the account on the emulator."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

import boto3

Client = Any  # boto3 creates the classes of its clients at run time
SECRET_KEY = "emulator"  # the emulator accepts any  # noqa: S105


def forget_other_settings(environ: MutableMapping[str, str]) -> None:
    """Removes the AWS settings of the shell, and lets calls to this machine bypass proxies."""
    for name in [name for name in environ if name.startswith("AWS_")]:
        del environ[name]
    environ["AWS_CONFIG_FILE"] = environ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    environ["AWS_EC2_METADATA_DISABLED"] = "true"
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, (environ.get(name), "127.0.0.1")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account on an emulator, in one region; the emulator takes the access key for the account id."""

    url: str
    account_id: str
    region: str

    def client(self, service: str) -> Client:
        """A client of one service."""
        return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id=self.account_id,
            aws_secret_access_key=SECRET_KEY,
        )
