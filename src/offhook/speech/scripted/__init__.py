"""Scripted speech: deterministic stand-ins for hearing, thinking and speaking, and the tape that ties them together."""
