"""The stacks of a deployment, and the settings that they are made from."""
