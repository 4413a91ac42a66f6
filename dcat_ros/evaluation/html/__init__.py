"""One page that shows what a model said of a bag; opens without a network."""
