"""Measurements behind the speed claims: one a file, run by `emberwatch bench`."""
