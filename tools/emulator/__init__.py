"""The AWS emulator (MiniStack) as a process: for `make local`, and for tests."""
