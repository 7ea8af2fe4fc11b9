"""What Emberwatch learns from labelled texts: features, training, calibration, figures."""
