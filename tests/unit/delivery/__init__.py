"""What workflows do, and the workflows themselves."""
