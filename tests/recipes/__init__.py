"""What the README tells users to do, done in copies of the project."""
