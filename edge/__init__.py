"""The street's side: reads cameras, publishes what they see. Knows MQTT and OpenCV, never a database."""
