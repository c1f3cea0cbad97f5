"""Where a deployment is: AWS, or an emulator of it."""

from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An account in a region; without `endpoint` it is AWS, reached with the credentials of whoever runs the tests."""

    region: str
    account_id: str
    endpoint: str | None

    @property
    def is_emulated(self) -> bool:
        """Tell whether this is an emulator."""
        return self.endpoint is not None

    def client(self, service: str) -> Any:
        """A boto3 client of this account and region."""
        if self.endpoint is None:
            return boto3.client(service, region_name=self.region)  # type: ignore[call-overload]  # wants a literal
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.account_id,  # the emulator's way of naming an account
            aws_secret_access_key="emulator",
        )

    def api_url(self, api_id: str, api_url: str) -> str:
        """Where the API answers; an emulator's is not the one that AWS gives out."""
        # At the address that AWS would use, the emulator answers /health itself.
        return api_url if self.endpoint is None else f"{self.endpoint}/_aws/execute-api/{api_id}/$default"
