"""Reads files of events that were put into the inbox, and puts the events into the stream."""
