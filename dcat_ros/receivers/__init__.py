"""From a sensor's serialised messages to the windows of its model: the same for node and bag."""
