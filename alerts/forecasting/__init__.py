"""Forecasts of storms: when one peaks and how high, how well earlier ones held, and what an answer changed."""
