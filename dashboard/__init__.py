"""From tallies to pixels: the wall, its panels and the HTTP surface."""
