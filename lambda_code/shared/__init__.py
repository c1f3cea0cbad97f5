"""What the functions share: the event, strict JSON, and the adapters of services that two of them use."""
