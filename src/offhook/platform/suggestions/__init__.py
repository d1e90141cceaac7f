"""A first agent, suggested from what a business says of itself: the pages of its site, or a few lines.

By rules, without any key. Nothing is in a suggestion that its source does not say, but for fixed sentences; each part
says where it comes from, and what was not found is named. Nothing is saved. A model may put it into better words, and
whatever it adds is taken out again (`checked`).
"""
