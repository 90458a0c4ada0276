"""Turns incidents and people's reports into tickets and drives each to its end."""
