"""Keeps Ultralytics from the network, from pip and from deciding on threads: import this before it."""

import os

THREADS_ASKED = os.environ.get("OMP_NUM_THREADS")  # Ultralytics sets it to 1 where nobody has set it
os.environ.setdefault("YOLO_OFFLINE", "true")  # nothing looks for updates or phones home
os.environ.setdefault("YOLO_AUTOINSTALL", "false")
os.environ.setdefault("YOLO_VERBOSE", "false")
