"""Further labels for a trained model, from a few takes, in closed form; without torch."""
