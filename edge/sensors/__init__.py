"""One driver a module, named after the scheme of the addresses that it reads; edge/driver.py says what it offers."""
