"""Rules on readings; each listens to one sensor."""
