"""Takes events over HTTPS and puts them into the stream; says so only when every one of them is there."""
