"""One series of counts: what is usual, how far from it, how rare that is, and what a storm would look like."""
