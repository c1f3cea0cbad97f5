"""What reviewers see change: whole stacks, addresses, outputs, and how environments differ."""
