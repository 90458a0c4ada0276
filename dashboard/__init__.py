"""The web: the API for people's screens and scripts, the live stream, the wall."""
