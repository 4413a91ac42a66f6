"""The depth camera: pictures in mm, of which the person is cut out."""
