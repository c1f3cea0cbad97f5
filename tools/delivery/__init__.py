"""What the workflows do with synthesized stacks, as commands that work on any machine."""
