"""Reviews plans: what would be lost, read again, exposed, silenced or broken, and what roles gain.

`make plan` makes the plans, `make plan-review` writes one Markdown comment about all of them. Exit status: 0 fine,
2 a label is needed, 1 the review failed.
"""
