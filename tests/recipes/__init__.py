"""What the README and its pages tell users to do, done in copies of the project."""
