"""Why an incident is one, what speaks against it, and how strong it blows: tellers and what they know."""
