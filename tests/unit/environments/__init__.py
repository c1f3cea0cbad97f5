"""The user's own environments, held to rules. Only these tests read `environments/`, and none of their values."""
