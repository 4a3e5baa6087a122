"""What is on air: lines, and the releases (published packs with their clips) that they play."""
