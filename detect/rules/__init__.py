"""The rules there are: those on pictures in `camera`, those on readings in `sensor`.

One module a rule, named after the kind of incident it finds; each holds its `Settings` (see detect.config).
"""
