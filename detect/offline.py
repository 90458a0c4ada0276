"""Keeps Ultralytics from the network and from pip: import this before it."""

import os

os.environ.setdefault("YOLO_OFFLINE", "true")  # nothing looks for updates or phones home
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_VERBOSE", "false")
