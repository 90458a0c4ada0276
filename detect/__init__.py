"""Turns frames into tracks and tracks into incidents. Knows YOLO, never a database."""

import os

# before OpenCV is imported: a few bytes that claim to be a huge picture get no memory (8192 × 8192 is none too small)
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(8192 * 8192))
