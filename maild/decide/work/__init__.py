"""What staff do, by hand and by mail. Pure."""
