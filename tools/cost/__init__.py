"""What stacks cost, computed from their synthesized JSON and a declared traffic, without account, key or network."""
