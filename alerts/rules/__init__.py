"""Rules of the user's: their conditions judged on the minutes of a brand, live and on the past, by the same code."""
