"""Named features in families: what the structure expert and the layer of names and records see."""
