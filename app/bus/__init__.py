"""The bus: Redis streams, tallies and live deltas behind one port."""
