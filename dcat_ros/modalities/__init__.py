"""What is special to each sensor: channels, units, scale, augmentation."""
