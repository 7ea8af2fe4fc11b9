"""The torture test: stories told through two doors, blows from a seeded plan, an audit of what is left."""
