"""From a channel to a tally: connectors, matching, analysis, archive."""
