"""What people and CI run beside synth."""
