"""Asks the vendors themselves: one harmless request each (`probe`), and what could not be decided without keys."""
