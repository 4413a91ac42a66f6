"""A sensor learns without any label: a trained model of another one names what both recorded."""
