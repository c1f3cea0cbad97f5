"""What lets more people in, and what roles gain."""

from tools.plan_review.rule import Category, Rule

_EXPOSED, _IAM = Category.EXPOSED, Category.IAM

ROUTE_OPEN = Rule(
    "route-open", _EXPOSED, "The route needs no authorization; acceptable only if the function checks signatures."
)
AUTHORIZER_CHANGED = Rule("authorizer-changed", _EXPOSED, "The authorizer accepts other callers than before.")
FUNCTION_URL_OPEN = Rule("function-url-open", _EXPOSED, "The function URL is public: it needs no authorization.")
CORS_WIDER = Rule("cors-wider", _EXPOSED, "CORS allows more origins, methods or headers.")
BUCKET_PUBLIC = Rule("bucket-public", _EXPOSED, "Public access to the bucket is no longer blocked.")
ACL_POSSIBLE = Rule("acl-possible", _EXPOSED, "Access control lists can grant access to objects.")
ENCRYPTION_WEAKENED = Rule(
    "encryption-weakened",
    _EXPOSED,
    "No longer encrypted with a customer managed key, or the key is no longer rotated.",
)
RESULTS_ELSEWHERE = Rule(
    "results-elsewhere", _EXPOSED, "Results of queries are stored elsewhere, or wherever and however whoever asks says."
)
TLS_WEAKENED = Rule("tls-weakened", _EXPOSED, "Older versions of TLS are accepted.")
NEW_PRINCIPAL = Rule("new-principal", _EXPOSED, "A new principal is allowed.")
POLICY_WIDER = Rule("policy-wider", _EXPOSED, "A principal is allowed more, or under fewer conditions.")
DENY_REMOVED = Rule("deny-removed", _EXPOSED, "An explicit deny is removed.")
POLICY_REMOVED = Rule("policy-removed", _EXPOSED, "The policy is removed, and its explicit denies with it.")
POLICY_UNKNOWN = Rule(
    "policy-unknown", _EXPOSED, "The policy is known only after apply, is sensitive, or can't be read."
)
INVOKED_BY = Rule("invoked-by", _EXPOSED, "A new principal, or another resource of it, may invoke the function.")
OTHER_CODE = Rule("other-code", _EXPOSED, "Other code runs with the function's permissions.")

GAINED = Rule("role-gains", _IAM, "An existing role gains permissions.")
WILDCARD = Rule("role-wildcard", _IAM, "A new role gets actions by wildcard, or on every resource.")
UNKNOWN = Rule("role-unknown", _IAM, "The role's policy is known only after apply, is sensitive, or can't be read.")
POLICY_ATTACHED = Rule("policy-attached", _IAM, "A managed policy is attached.")
POLICY_DETACHED = Rule("policy-detached", _IAM, "A managed policy is detached, and its explicit denies with it.")
BOUNDARY_CHANGED = Rule("boundary-changed", _IAM, "The role's permissions boundary is removed or changed.")
OTHER_ROLE = Rule("other-role", _IAM, "Runs with the permissions of another role.")
LONGER_SESSIONS = Rule("longer-sessions", _IAM, "Who assumes the role keeps its permissions for longer.")
