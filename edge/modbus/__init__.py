"""What edge/sensors/modbus.py is made of: addresses, how numbers lie in registers, and lines that sensors share."""
