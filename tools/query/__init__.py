"""`make query`: SQL over the events that a stack has stored, by Athena."""
