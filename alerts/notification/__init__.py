"""Having people told: who, when, in which words, and with which proof."""
