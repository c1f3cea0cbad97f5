"""GitHub's OpenID Connect provider: an account has one."""

from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from constructs import Construct

HOST = "token.actions.githubusercontent.com"


class GitHubProvider(Construct):
    """Lets roles of the account trust tokens of GitHub Actions; what each role trusts is the role's own affair.

    Without a thumbprint: AWS checks GitHub's certificate against its own list (IAM user guide,
    "Obtain the thumbprint").
    """

    def __init__(self, scope: Construct, id_: str) -> None:
        """One per account: a second one is refused by AWS."""
        super().__init__(scope, id_)
        IamOpenidConnectProvider(self, "Default", url=f"https://{HOST}", client_id_list=["sts.amazonaws.com"])
