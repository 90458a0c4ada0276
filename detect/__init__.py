"""Turns frames into tracks and tracks into incidents. Knows YOLO, never a database."""
