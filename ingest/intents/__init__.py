"""What authors want: cues of wording, heads learned on labelled texts, and how both are trained and measured."""
