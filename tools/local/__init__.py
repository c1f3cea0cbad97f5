"""The environment `local` on this machine: an emulator, deployed to with Terraform, tested, and destroyed."""
