"""What lasts in a zone: followed from frame to frame, by place and by the clock."""
