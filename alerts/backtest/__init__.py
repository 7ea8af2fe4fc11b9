"""Backtest: rules and detectors judged on the past, by the code that judges them live."""
