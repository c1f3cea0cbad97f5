"""Constructs of the pipeline, one per file. None of them knows an environment: everything arrives by arguments.

All are used alike, and a test holds them to it:

- Up to three arguments, by keyword; of more a frozen record, `props`. What a team tunes comes as a section, `settings`
  or the like, from the `..._settings.py` beside the construct.
- Names come from the stack that the construct is in (`names_of`), so that everything in it is named alike.
- `.name` and `.arn` are known at synthesis, unless AWS makes them up; `.resource` is Terraform's, for what has to wait
  for it.
- `grant_...` gives a function what it takes to use the construct, the key included.
"""
