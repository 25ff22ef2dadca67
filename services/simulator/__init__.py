"""The town: plays the apps around Gancang, for the demo, for load and for tests of what happens when servers fail."""
