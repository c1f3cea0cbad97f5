"""The code that runs in AWS Lambda: one package per function, and what they share."""
