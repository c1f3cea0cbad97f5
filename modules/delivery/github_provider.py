"""GitHub's OpenID Connect provider: an account can have only one."""

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

HOST = "token.actions.githubusercontent.com"


class GitHubProvider(Construct):
    """Lets roles of the account trust tokens of GitHub Actions; each role says which tokens it trusts.

    Without a thumbprint: AWS checks GitHub's certificate against its own list (IAM user guide,
    "Obtain the thumbprint").
    """

    def __init__(self, scope: Construct, id_: str) -> None:
        """An account can have only one."""
        super().__init__(scope, id_)
        IamOpenidConnectProvider(self, "Default", url=f"https://{HOST}", client_id_list=["sts.amazonaws.com"])
