"""The `local` environment as a running thing: an emulator, deployed to by Terraform, tried, and taken away again."""
