"""What can be wrong with a pack although it can be read: one module for each kind of question."""
