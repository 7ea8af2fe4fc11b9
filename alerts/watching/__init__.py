"""One scope under watch: what it learns, hears and remembers, and what its detectors say together."""
