"""Reviews Terraform plans: what would be lost, processed again, exposed, silenced or broken, and what roles gain.

`python -m tools.plan_review [PLAN ...]` reads what `terraform show -json` prints of saved plans, and writes one
Markdown comment about all of them. Exit status: 0 fine, 2 a label is needed, 1 the review failed.

It imports nothing of the rest of the project, whose `plan-review.toml` says what it has to know. Beside a plan
`<stack>.json` may be `<stack>.tf.json`, the configuration as JSON, for policies that are known only after apply;
`<stack>.packages.json`, the files in functions' packages; and `<stack>.gone`, if the plan destroys a stack that was
removed from the code.
"""
