"""Constructs of the pipeline, one per file. None of them knows an environment: they get everything as arguments.

All follow the same rules, which a test checks:

- Up to three arguments, by keyword; of more a frozen record, `props`. What a team tunes comes as a section, `settings`
  or the like, from the `..._settings.py` beside the construct.
- Names come from the stack that the construct is in (`names_of`).
- `.name` and `.arn` are known at synthesis, unless AWS generates them; `.resource` is the Terraform resource, to
  depend on.
- `grant_...` gives a function the permissions to use the construct, including its key.
"""
