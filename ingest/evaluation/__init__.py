"""How right the analyzers are: samples with their labels, figures, peers on the same posts, and a table."""
