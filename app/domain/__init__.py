"""Pure, frozen domain types. No clock, socket or framework; time comes in as an argument.

Instants are UTC seconds since the epoch as `float` (`Instant`); the edges turn RFC 3339 into them and back.
"""
